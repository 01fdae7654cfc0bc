#include "balancer/typical_latency.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cmath>

namespace evenkeel::balancer {
namespace {

using namespace std::chrono_literals;

TEST(TypicalLatencyTest, IsThirtyMillisecondsBeforeTheFirstSampleAndThenThat) {
  TypicalLatency typical;
  EXPECT_DOUBLE_EQ(typical.Nanoseconds(), 30e6);
  typical.Observe(2ms);
  EXPECT_DOUBLE_EQ(typical.Nanoseconds(), 2e6);
}

TEST(TypicalLatencyTest, ASampleCountsOneSixtyFourth) {
  TypicalLatency typical;
  typical.Observe(10ms);
  typical.Observe(74ms);
  EXPECT_DOUBLE_EQ(typical.Nanoseconds(), 11e6);
  for (int i = 0; i < 1'000; ++i) typical.Observe(50ms);
  EXPECT_NEAR(typical.Nanoseconds(), 50e6, 1e3);
}

TEST(TypicalLatencyTest, AHoldIsSoManyTimesThatWithinOneMillisecondAndTenSeconds) {
  TypicalLatency typical;
  typical.Observe(20ms);
  EXPECT_EQ(typical.Hold(3), 60ms);
  EXPECT_EQ(typical.Hold(0.5), 10ms);
  EXPECT_EQ(typical.Hold(0.01), 1ms);
  EXPECT_EQ(typical.Hold(1'000), 10s);
}

}  // namespace
}  // namespace evenkeel::balancer
