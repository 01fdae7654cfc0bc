#include "balancer/stride_schedule.h"

#include <gtest/gtest.h>

#include <numeric>
#include <vector>

#include "lib/base/random.h"

namespace evenkeel::balancer {
namespace {

TEST(StrideScheduleTest, SkipsFewTurnsEvenWithOneVeryHeavyEndpoint) {
  std::vector<double> weights(1'000, 1.0);
  weights[17] = 100'000;
  const StrideSchedule schedule(weights);
  size_t taken = 0;
  for (uint64_t ticket = 0; ticket < 100'000; ++ticket) taken += schedule.At(ticket) ? 1 : 0;
  EXPECT_GT(taken, 30'000u);
}

TEST(StrideScheduleTest, GivesEachItsExactShareOfWholeGenerations) {
  base::Random random(5);
  for (int round = 0; round < 50; ++round) {
    std::vector<double> weights(1 + random.Below(50));
    for (double& each : weights) each = random.Between(0.01, 10);
    const StrideSchedule schedule(weights);
    std::vector<double> counts(weights.size());
    double taken = 0;
    for (uint64_t ticket = 0; ticket < schedule.generation() * 500; ++ticket) {
      if (const auto index = schedule.At(ticket)) {
        ++counts[*index];
        ++taken;
      }
    }
    const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
    for (size_t i = 0; i < weights.size(); ++i) {
      EXPECT_NEAR(counts[i], taken * weights[i] / sum, 2.0);
    }
  }
}

TEST(StrideScheduleTest, EqualWeightsTakeTurnsAndSkipNone) {
  const StrideSchedule schedule(std::vector<double>{0.3, 0.3, 0.3});
  EXPECT_EQ(schedule.generation(), 3u);
  for (uint64_t ticket = 0; ticket < 9; ++ticket) EXPECT_EQ(schedule.At(ticket), ticket % 3);
}

// The heaviest takes each of its turns, one of half its weight every second one.
TEST(StrideScheduleTest, AnEntryTakesItsTurnsByItsWeight) {
  const StrideSchedule schedule(std::vector<double>{1, 2, 2});
  std::vector<int> counts(3);
  for (uint64_t ticket = 0; ticket < schedule.generation() * 10; ++ticket) {
    if (const auto index = schedule.At(ticket)) ++counts[*index];
  }
  EXPECT_EQ(counts, (std::vector<int>{5, 10, 10}));
}

TEST(StrideScheduleTest, AHeavyEndpointGetsSeveralEntriesAndNoMoreThanHalfAsManyAsThereAre) {
  std::vector<double> weights(100, 1.0);
  weights[0] = 10'000;
  const StrideSchedule schedule(weights);
  EXPECT_GT(schedule.generation(), 100u);
  EXPECT_LE(schedule.generation(), 150u);
}

}  // namespace
}  // namespace evenkeel::balancer
