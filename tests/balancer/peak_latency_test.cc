#include "balancer/peak_latency.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cmath>

namespace evenkeel::balancer {
namespace {

using namespace std::chrono_literals;

TEST(PeakLatencyTest, APeakReplacesTheAverageAtOnce) {
  PeakLatency latency;
  const base::Time now{1h};
  latency.Observe(10ms, now, 10s);
  latency.Observe(500ms, now, 10s);
  EXPECT_DOUBLE_EQ(latency.Estimate(now, 0, 10s), 500e6);
}

TEST(PeakLatencyTest, ALowerSampleCountsByTheTimeSinceTheLast) {
  PeakLatency latency;
  const base::Time now{1h};
  latency.Observe(500ms, now, 10s);
  latency.Observe(10ms, now, 10s);
  EXPECT_DOUBLE_EQ(latency.Estimate(now, 0, 10s), 500e6);
  latency.Observe(10ms, now + 10s, 10s);
  EXPECT_NEAR(latency.Estimate(now + 10s, 0, 10s), 10e6 + 490e6 / 2.718, 4e6);
}

TEST(PeakLatencyTest, DriftsToTheTypicalWithoutNews) {
  PeakLatency latency;
  const base::Time now{1h};
  EXPECT_DOUBLE_EQ(latency.Estimate(now, 30e6, 10s), 30e6);
  latency.Observe(2s, now, 10s);
  double last = 2e9;
  for (int seconds = 1; seconds < 100; ++seconds) {
    const double estimate = latency.Estimate(now + std::chrono::seconds(seconds), 30e6, 10s);
    EXPECT_LT(estimate, last);
    last = estimate;
  }
  EXPECT_NEAR(last, 30e6, 10e6);
}

TEST(PeakLatencyTest, FallsAsTheExponentialDoes) {
  const base::Time now{1h};
  for (const base::Duration age : {100ms, 1'000ms, 5'000ms, 10'000ms}) {
    PeakLatency latency;
    latency.Observe(1s, now, 10s);
    const double x = static_cast<double>(age.count()) / 10e9;
    // Three terms of the series: the fourth and what follows is what it may be off.
    EXPECT_NEAR(latency.Estimate(now + age, 0, 10s) / 1e9, std::exp(-x), std::pow(x, 4) / 24);
  }
}

TEST(PeakLatencyTest, AThreadWhoseClockIsBehindSeesThePeakAsItIs) {
  PeakLatency latency;
  const base::Time now{1h};
  latency.Observe(1s, now, 10s);
  EXPECT_DOUBLE_EQ(latency.Estimate(now - 5ms, 30e6, 10s), 1e9);
}

}  // namespace
}  // namespace evenkeel::balancer
