#include "balancer/choice.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <vector>

#include "tests/balancer/fleet.h"

namespace evenkeel::balancer {
namespace {

TEST(VisitDistinctTest, VisitsDistinctIndicesWithEqualChance) {
  base::Random random(1);
  for (const size_t size : {2u, 3u, 5u, 8u}) {
    for (size_t count = 1; count <= size; ++count) {
      std::map<std::set<size_t>, size_t> sets;
      constexpr size_t kRounds = 20'000;
      for (size_t round = 0; round < kRounds; ++round) {
        std::set<size_t> chosen;
        VisitDistinct(size, count, random, [&](size_t index) {
          EXPECT_LT(index, size);
          EXPECT_TRUE(chosen.insert(index).second);
        });
        ++sets[chosen];
      }
      for (const auto& [chosen, times] : sets) {
        EXPECT_NEAR(times, kRounds / sets.size(), 6 * std::sqrt(kRounds / sets.size()));
      }
    }
  }
}

TEST(ContestTest, TheLowestScoreWins) {
  base::Random random(1);
  Contest contest;
  EXPECT_EQ(contest.winner(), kNoChoice);
  contest.Offer(4, 2.5, random);
  contest.Offer(2, 1.5, random);
  contest.Offer(9, 2, random);
  EXPECT_EQ(contest.winner(), 2u);
}

TEST(ContestTest, AmongEqualsEachHasTheSameChance) {
  base::Random random(1);
  std::map<size_t, int> wins;
  constexpr int kRounds = 20'000;
  for (int round = 0; round < kRounds; ++round) {
    Contest contest;
    contest.Offer(0, 2, random);  // beaten: it does not count as an equal
    for (size_t index = 1; index <= 4; ++index) contest.Offer(index, 1, random);
    ++wins[contest.winner()];
  }
  EXPECT_EQ(wins.size(), 4u);
  for (const auto& [index, times] : wins) EXPECT_NEAR(times, kRounds / 4, 400) << index;
}

class ChooseLowestTest : public testing::Test {
 protected:
  // The later the better.
  size_t Choose(size_t choices, const std::vector<size_t>& avoided = {}) {
    compared_.clear();
    std::vector<const Endpoint*> avoid;
    for (const size_t each : avoided) avoid.push_back(endpoints_[each].get());
    return ChooseLowest(
        std::span<const EndpointPtr>(endpoints_), choices, {.path = "", .avoid = avoid}, random_,
        [](size_t index) { return -static_cast<double>(index); },
        [this](size_t index, double score) {
          EXPECT_EQ(score, -static_cast<double>(index));
          compared_.push_back(index);
        });
  }

  base::Random random_{1};
  std::vector<EndpointPtr> endpoints_ = MakeEndpoints(5);
  std::vector<size_t> compared_;
};

TEST_F(ChooseLowestTest, ComparesAllWhereTheChoicesReachTheirNumber) {
  for (const size_t choices : {5u, 6u, 1'000u}) {
    EXPECT_EQ(Choose(choices), 4u);
    EXPECT_EQ(compared_, (std::vector<size_t>{0, 1, 2, 3, 4}));
  }
}

TEST_F(ChooseLowestTest, ComparesSoManyAndTakesTheLowestOfThem) {
  std::map<size_t, int> wins;
  for (int i = 0; i < 1'000; ++i) {
    const size_t winner = Choose(2);
    ASSERT_EQ(compared_.size(), 2u);
    ASSERT_EQ(winner, std::ranges::max(compared_));
    ++wins[winner];
  }
  EXPECT_EQ(wins[0], 0);  // it is behind whatever it is compared with
  EXPECT_NEAR(wins[4], 400, 80);
}

TEST_F(ChooseLowestTest, WhatIsAvoidedIsNotComparedAndAllOthersAreInTheEnd) {
  for (int i = 0; i < 50; ++i) {
    EXPECT_EQ(Choose(5, {4, 2}), 3u);
    EXPECT_EQ(Choose(2, {1, 2, 3, 4}), 0u);
    EXPECT_EQ(compared_, (std::vector<size_t>{0}));
    EXPECT_EQ(Choose(2, {0, 1, 2, 3, 4}), kNoChoice);
    EXPECT_TRUE(compared_.empty());
  }
}

TEST(ChoicesForTest, ComparesAllOfASmallSet) {
  EXPECT_EQ(ChoicesFor(32, 2, 32), 32u);
  EXPECT_EQ(ChoicesFor(33, 2, 32), 2u);
  EXPECT_EQ(ChoicesFor(3, 5, 0), 3u);  // fewer than the choices
  EXPECT_EQ(ChoicesFor(0, 2, 0), 0u);
}

}  // namespace
}  // namespace evenkeel::balancer
