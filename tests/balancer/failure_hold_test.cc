#include "balancer/failure_hold.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cmath>

namespace evenkeel::balancer {
namespace {

using namespace std::chrono_literals;

TEST(FailureHoldTest, OneFailureHoldsOnePlaceForItsTime) {
  FailureHold hold;
  const base::Time now{1h};
  EXPECT_EQ(hold.Count(now, 100ms), 0);
  hold.Add(now, 100ms);
  EXPECT_EQ(hold.Count(now, 100ms), 1);
  EXPECT_EQ(hold.Count(now + 99ms, 100ms), 1);
  EXPECT_EQ(hold.Count(now + 101ms, 100ms), 0);
}

TEST(FailureHoldTest, SteadyFailuresHoldRateTimesHoldPlaces) {
  FailureHold hold;
  base::Time now{1h};
  for (int i = 0; i < 10'000; ++i) hold.Add(now += 1ms, 100ms);
  EXPECT_NEAR(static_cast<double>(hold.Count(now, 100ms)), 100 / std::log(2), 2);
}

// Halved every hold: 8 at once are 4, 2, 1 and then none.
TEST(FailureHoldTest, ManyAtOnceAreLetGoByHalves) {
  FailureHold hold;
  const base::Time now{1h};
  for (int i = 0; i < 8; ++i) hold.Add(now, 100ms);
  EXPECT_EQ(hold.Count(now, 100ms), 8);
  EXPECT_EQ(hold.Count(now + 100ms, 100ms), 4);
  EXPECT_EQ(hold.Count(now + 300ms, 100ms), 1);
  EXPECT_EQ(hold.Count(now + 401ms, 100ms), 0);
}

TEST(FailureHoldTest, AThreadWhoseClockIsBehindLosesNothing) {
  FailureHold hold;
  const base::Time now{1h};
  hold.Add(now, 100ms);
  EXPECT_EQ(hold.Count(now - 100ms, 100ms), 1);
  hold.Add(now - 5ms, 100ms);
  EXPECT_EQ(hold.Count(now, 100ms), 2);
}

}  // namespace
}  // namespace evenkeel::balancer
