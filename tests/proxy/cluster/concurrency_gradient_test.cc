// ConcurrencyGradient against endpoints whose queue is a formula.
#include "proxy/cluster/concurrency_gradient.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace evenkeel::proxy {
namespace {

using namespace std::chrono_literals;
using Demand = ConcurrencyGradient::Demand;

// Endpoints that do `capacity` calls at once in `service` each; more wait in line. Clients always
// have more calls than there are places.
class ConcurrencyGradientTest : public ::testing::Test {
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

TEST_F(ConcurrencyGradientTest, StartsSmall) { EXPECT_EQ(gradient_.limit(), 20u); }

TEST_F(ConcurrencyGradientTest, FindsTheCapacityAndKeepsTheQueueShort) {
  Run(100);
  EXPECT_GE(gradient_.limit(), 100u);
  EXPECT_LE(Latency(gradient_.limit()), 2 * service_);
}

TEST_F(ConcurrencyGradientTest, UsesTheCapacityThoughItMeasuresAnewEveryHalfMinute) {
  Run(50);
  EXPECT_GE(Run(3000), 0.99);
}

TEST_F(ConcurrencyGradientTest, TheBaselineDoesNotCreepUpUnderLastingOverload) {
  Run(20000);  // half an hour
  EXPECT_LE(gradient_.baseline(), 1.05 * service_);
  EXPECT_LE(Latency(gradient_.limit()), 2 * service_);
}

TEST_F(ConcurrencyGradientTest, FollowsWhenTheCapacityShrinks) {
  Run(100);
  capacity_ = 30;
  Run(50);
  EXPECT_LE(Latency(gradient_.limit()), 2.2 * service_);
}

TEST_F(ConcurrencyGradientTest, FollowsWhenTheCapacityGrows) {
  Run(100);
  capacity_ = 400;
  Run(100);
  EXPECT_GE(gradient_.limit(), 400u);
}

TEST_F(ConcurrencyGradientTest, LearnsThatEachCallNowTakesLonger) {
  Run(100);
  service_ = 40ms;
  Run(1000);
  EXPECT_GE(Run(100), 0.95);
}

TEST_F(ConcurrencyGradientTest, DoesNotGrowWithoutDemand) {
  for (int i = 0; i < 100; ++i) gradient_.OnWindow(now_ += 100ms, 10ms, Demand::kBelowLimit);
  EXPECT_EQ(gradient_.limit(), 20u);
}

TEST_F(ConcurrencyGradientTest, StaysWithinItsBounds) {
  ConcurrencyGradient gradient({.min_calls = 7, .max_calls = 50}, now_);
  for (int i = 0; i < 100; ++i) gradient.OnWindow(now_ += 100ms, 10ms, Demand::kAtLimit);
  EXPECT_EQ(gradient.limit(), 50u);
  for (int i = 0; i < 100; ++i) gradient.OnWindow(now_ += 100ms, 10s, Demand::kAtLimit);
  EXPECT_LE(gradient.limit(), 12u);  // 7, and a step up after the last step down
}

}  // namespace
}  // namespace evenkeel::proxy
