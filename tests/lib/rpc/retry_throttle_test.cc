#include "lib/rpc/retry_throttle.h"

#include <gtest/gtest.h>

namespace evenkeel::rpc {
namespace {

// gRFC A6, "Throttling Retry Attempts and Hedged RPCs".

TEST(RetryThrottleTest, AllowsWhileMoreThanHalfOfTheTokensAreThere) {
  RetryThrottle throttle(10, 0.1);
  for (int failures = 1; failures <= 4; ++failures) {
    throttle.Failed();
    EXPECT_TRUE(throttle.Allows()) << failures;
  }
  throttle.Failed();
  EXPECT_EQ(throttle.tokens(), 5);
  EXPECT_FALSE(throttle.Allows());
}

TEST(RetryThrottleTest, WinsTokensBackByTheRatio) {
  RetryThrottle throttle(10, 0.1);
  for (int i = 0; i < 5; ++i) throttle.Failed();
  throttle.Succeeded();
  EXPECT_TRUE(throttle.Allows());
  EXPECT_DOUBLE_EQ(throttle.tokens(), 5.1);
}

TEST(RetryThrottleTest, StaysBetweenNothingAndAllOfThem) {
  RetryThrottle throttle(10, 1);
  for (int i = 0; i < 100; ++i) throttle.Failed();
  EXPECT_EQ(throttle.tokens(), 0);
  for (int i = 0; i < 100; ++i) throttle.Succeeded();
  EXPECT_EQ(throttle.tokens(), 10);
}

TEST(RetryThrottleTest, CountsThreeDecimalsOfTheRatio) {
  RetryThrottle throttle(10, 0.0019);
  throttle.Failed();
  throttle.Succeeded();
  EXPECT_DOUBLE_EQ(throttle.tokens(), 9.001);
}

}  // namespace
}  // namespace evenkeel::rpc
