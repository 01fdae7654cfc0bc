#include "balancer/reported_weight.h"

#include <gtest/gtest.h>

#include <chrono>

namespace evenkeel::balancer {
namespace {

using namespace std::chrono_literals;

TEST(ReportedWeightTest, CountsAfterTheBlackout) {
  ReportedWeight weight;
  const base::Time now{1h};
  EXPECT_EQ(weight.Get(now, 3min, 10s), 0);
  weight.Update(5, now);
  EXPECT_EQ(weight.Get(now + 9s, 3min, 10s), 0);
  EXPECT_EQ(weight.Get(now + 10s, 3min, 10s), 5);
}

TEST(ReportedWeightTest, ExpiresWithoutReportsAndIsBlackedOutAgain) {
  ReportedWeight weight;
  const base::Time now{1h};
  weight.Update(5, now);
  EXPECT_EQ(weight.Get(now + 179s, 3min, 10s), 5);
  EXPECT_EQ(weight.Get(now + 180s, 3min, 10s), 0);
  weight.Update(6, now + 181s);
  EXPECT_EQ(weight.Get(now + 182s, 3min, 10s), 0);
  EXPECT_EQ(weight.Get(now + 191s, 3min, 10s), 6);
}

TEST(ReportedWeightTest, AReconnectStartsTheBlackoutAnew) {
  ReportedWeight weight;
  const base::Time now{1h};
  weight.Update(5, now);
  weight.Restart();
  weight.Update(5, now + 20s);
  EXPECT_EQ(weight.Get(now + 25s, 3min, 10s), 0);
  EXPECT_EQ(weight.Get(now + 30s, 3min, 10s), 5);
}

TEST(ReportedWeightTest, TheLastReportCountsAndOthersDoNotRestartTheBlackout) {
  ReportedWeight weight;
  const base::Time now{1h};
  for (int seconds = 0; seconds <= 12; ++seconds) {
    weight.Update(1 + seconds, now + std::chrono::seconds(seconds));
  }
  EXPECT_EQ(weight.Get(now + 12s, 3min, 10s), 13);
}

TEST(ReportedWeightTest, WithoutABlackoutItCountsAtOnce) {
  ReportedWeight weight;
  weight.Update(5, base::Time(1h));
  EXPECT_EQ(weight.Get(base::Time(1h), 3min, 0s), 5);
}

}  // namespace
}  // namespace evenkeel::balancer
