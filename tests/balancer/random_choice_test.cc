#include "balancer/random_choice.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "tests/balancer/fleet.h"

namespace evenkeel::balancer {
namespace {

TEST(RandomChoiceTest, PicksNothingFromNothing) {
  Fleet fleet(std::make_unique<RandomChoice>(), {});
  EXPECT_EQ(fleet.Pick(), nullptr);
}

TEST(RandomChoiceTest, PicksInProportionToRandomWeights) {
  base::Random random(9);
  for (int round = 0; round < 20; ++round) {
    std::vector<uint32_t> weights(1 + random.Below(12));
    for (uint32_t& each : weights)
      each = 1 + static_cast<uint32_t>(random.Below(round < 5 ? 1 : 9));
    Fleet fleet(std::make_unique<RandomChoice>(), MakeWeighted(weights));
    constexpr double kPicks = 20'000;
    const auto counts = fleet.Count(static_cast<size_t>(kPicks));
    const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
    for (size_t i = 0; i < weights.size(); ++i) {
      const double share = kPicks * weights[i] / sum;
      EXPECT_NEAR(counts[i], share, 6 * std::sqrt(share));
    }
  }
}

TEST(RandomChoiceTest, FindsTheOneNotAvoided) {
  Fleet fleet(std::make_unique<RandomChoice>(), MakeWeighted({1'000'000, 1}));
  EXPECT_EQ(fleet.PickAvoiding({0}), fleet.endpoints()[1]);
  EXPECT_EQ(fleet.PickAvoiding({0, 1}), nullptr);
}

}  // namespace
}  // namespace evenkeel::balancer
