// AdaptiveConcurrency, its gradient and its median, against endpoints whose queue is a formula.
#include "proxy/cluster/adaptive_concurrency.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace evenkeel::proxy {
namespace {

using namespace std::chrono_literals;
using Demand = ConcurrencyGradient::Demand;

TEST(LatencyMedianTest, IsTheMiddleToWithinSevenPercent) {
  for (const base::Duration each : {base::Duration(3ns), base::Duration(17us), base::Duration(5ms),
                                    base::Duration(123ms), base::Duration(90s)}) {
    LatencyMedian median;
    median.Observe(each / 100);
    for (int i = 0; i < 3; ++i) median.Observe(each);
    median.Observe(each * 100);
    const auto result = median.Take();
    EXPECT_EQ(result.samples, 5u);
    EXPECT_NEAR(double(result.median.count()), double(each.count()), 0.07 * double(each.count()));
  }
}

TEST(LatencyMedianTest, TakingForgets) {
  LatencyMedian median;
  median.Observe(1ms);
  median.Take();
  EXPECT_EQ(median.Take().samples, 0u);
}

// Endpoints that do `capacity` calls at once in `service` each; more wait in line. Clients always
// have more calls than there are places.
class GradientTest : public ::testing::Test {
 protected:
  base::Duration Latency(uint32_t in_flight) const {
    return std::chrono::duration_cast<base::Duration>(service_ *
                                                      std::max(1.0, double(in_flight) / capacity_));
  }
  // So many windows of 100 ms; returns the share of the capacity that was used on average.
  double Run(int windows) {
    double used = 0;
    for (int i = 0; i < windows; ++i) {
      const uint32_t in_flight = gradient_.limit();
      used += std::min(1.0, in_flight / capacity_);
      now_ += 100ms;
      gradient_.OnWindow(now_, Latency(in_flight), Demand::kAtLimit);
    }
    return used / windows;
  }

  base::Time now_ = base::Time(1h);
  double capacity_ = 100;
  std::chrono::duration<double, std::nano> service_ = 10ms;
  ConcurrencyGradient gradient_{{}, now_};
};

TEST_F(GradientTest, StartsSmall) { EXPECT_EQ(gradient_.limit(), 20u); }

TEST_F(GradientTest, FindsTheCapacityAndKeepsTheQueueShort) {
  Run(100);
  EXPECT_GE(gradient_.limit(), 100u);
  EXPECT_LE(Latency(gradient_.limit()), 2 * service_);
}

TEST_F(GradientTest, UsesTheCapacityThoughItMeasuresAnewEveryHalfMinute) {
  Run(50);
  EXPECT_GE(Run(3000), 0.99);
}

TEST_F(GradientTest, TheBaselineDoesNotCreepUpUnderLastingOverload) {
  Run(20000);  // half an hour
  EXPECT_LE(gradient_.baseline(), 1.05 * service_);
  EXPECT_LE(Latency(gradient_.limit()), 2 * service_);
}

TEST_F(GradientTest, FollowsWhenTheCapacityShrinks) {
  Run(100);
  capacity_ = 30;
  Run(50);
  EXPECT_LE(Latency(gradient_.limit()), 2.2 * service_);
}

TEST_F(GradientTest, FollowsWhenTheCapacityGrows) {
  Run(100);
  capacity_ = 400;
  Run(100);
  EXPECT_GE(gradient_.limit(), 400u);
}

TEST_F(GradientTest, LearnsThatEachCallNowTakesLonger) {
  Run(100);
  service_ = 40ms;
  Run(1000);
  EXPECT_GE(Run(100), 0.95);
}

TEST_F(GradientTest, DoesNotGrowWithoutDemand) {
  for (int i = 0; i < 100; ++i) gradient_.OnWindow(now_ += 100ms, 10ms, Demand::kBelowLimit);
  EXPECT_EQ(gradient_.limit(), 20u);
}

TEST_F(GradientTest, StaysWithinItsBounds) {
  ConcurrencyGradient gradient({.min_limit = 7, .max_limit = 50}, now_);
  for (int i = 0; i < 100; ++i) gradient.OnWindow(now_ += 100ms, 10ms, Demand::kAtLimit);
  EXPECT_EQ(gradient.limit(), 50u);
  for (int i = 0; i < 100; ++i) gradient.OnWindow(now_ += 100ms, 10s, Demand::kAtLimit);
  EXPECT_LE(gradient.limit(), 12u);  // 7, and a step up after the last step down
}

TEST(AdaptiveConcurrencyTest, MovesTheLimitWithEachWindow) {
  base::Limit limit;
  base::Time now(1h);
  AdaptiveConcurrency concurrency({}, limit, now);
  EXPECT_EQ(limit.max(), 20u);
  std::vector<base::Permit> permits;
  for (int i = 0; i < 30; ++i) permits.emplace_back(limit);
  for (int i = 0; i < 10; ++i) concurrency.Observe(10ms);
  concurrency.Turn(now += 100ms);
  EXPECT_EQ(limit.max(), 24u);
}

TEST(AdaptiveConcurrencyTest, AWindowWithFewCallsGoesOn) {
  base::Limit limit;
  base::Time now(1h);
  AdaptiveConcurrency concurrency({}, limit, now);
  for (int i = 0; i < 9; ++i) concurrency.Observe(10ms);
  concurrency.Turn(now += 100ms);
  EXPECT_EQ(concurrency.gradient().baseline(), 0ms);
  concurrency.Observe(10ms);
  concurrency.Turn(now += 100ms);
  EXPECT_GT(concurrency.gradient().baseline(), 0ms);
}

}  // namespace
}  // namespace evenkeel::proxy
