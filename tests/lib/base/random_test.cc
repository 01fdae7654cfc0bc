#include "lib/base/random.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <set>
#include <vector>

namespace evenkeel::base {
namespace {

constexpr int kDraws = 100'000;

std::vector<uint64_t> Draw(uint64_t seed, int count) {
  Random random(seed);
  std::vector<uint64_t> draws;
  for (int i = 0; i < count; ++i) draws.push_back(random());
  return draws;
}

TEST(RandomTest, ASeedReproducesTheWholeSequence) { EXPECT_EQ(Draw(42, 100), Draw(42, 100)); }

TEST(RandomTest, NeighbouringSeedsGiveUnrelatedSequences) {
  std::set<uint64_t> firsts;
  for (uint64_t seed = 0; seed < 1000; ++seed) firsts.insert(Draw(seed, 1).front());
  EXPECT_EQ(firsts.size(), 1000U);
}

TEST(RandomTest, SeedZeroIsAsGoodAsAny) {
  const std::vector<uint64_t> draws = Draw(0, 1000);
  EXPECT_EQ(std::set(draws.begin(), draws.end()).size(), draws.size());
}

// SplitMix64 from seed 0 and the first outputs of xoshiro256++ over its four words, computed
// independently from the algorithms' definitions.
TEST(RandomTest, IsXoshiro256PlusPlusSeededBySplitMix64) {
  EXPECT_EQ(Draw(0, 3),
            (std::vector<uint64_t>{0x53175d61490b23df, 0x61da6f3dc380d507, 0x5c0fdf91ec9a7bfc}));
}

TEST(RandomTest, BelowStaysBelow) {
  Random random(1);
  for (uint64_t bound : {uint64_t{1}, uint64_t{2}, uint64_t{3}, uint64_t{1} << 40, UINT64_MAX}) {
    for (int i = 0; i < 1000; ++i) EXPECT_LT(random.Below(bound), bound);
  }
}

TEST(RandomTest, BelowIsEven) {
  Random random(2);
  std::array<int, 7> counts{};
  for (int i = 0; i < 7 * kDraws; ++i) ++counts[random.Below(7)];
  for (const int count : counts) EXPECT_NEAR(count, kDraws, kDraws / 50);  // over six sigma
}

TEST(RandomTest, UnitStaysInItsIntervalAndFillsIt) {
  Random random(3);
  double least = 1, most = 0, sum = 0;
  for (int i = 0; i < kDraws; ++i) {
    const double unit = random.Unit();
    least = std::min(least, unit);
    most = std::max(most, unit);
    sum += unit;
  }
  EXPECT_GE(least, 0);
  EXPECT_LT(least, 0.001);
  EXPECT_LT(most, 1);
  EXPECT_GT(most, 0.999);
  EXPECT_NEAR(sum / kDraws, 0.5, 0.01);
}

TEST(RandomTest, BetweenKeepsToItsLimits) {
  Random random(4);
  for (int i = 0; i < 1000; ++i) {
    const double value = random.Between(0.8, 1.2);
    EXPECT_GE(value, 0.8);
    EXPECT_LT(value, 1.2);
  }
  EXPECT_EQ(random.Between(2, 2), 2);
}

TEST(RandomTest, ShufflesWithTheStandardLibrary) {
  Random random(5);
  std::vector<int> items{1, 2, 3, 4, 5, 6, 7, 8, 9};
  const std::vector<int> sorted = items;
  std::ranges::shuffle(items, random);
  EXPECT_TRUE(std::ranges::is_permutation(items, sorted));
  EXPECT_NE(items, sorted);
}

}  // namespace
}  // namespace evenkeel::base
