#include "proxy/route/rate_limits.h"

#include <gtest/gtest.h>

namespace evenkeel::proxy {
namespace {

using namespace std::chrono_literals;

class RateLimitsTest : public ::testing::Test {
 protected:
  std::shared_ptr<RateLimit> Of(const std::string& route) {
    return limits_.Of(route, settings_, now_);
  }
  int Started(RateLimit& limit, std::string_view key = "") const {
    int started = 0;
    while (started < 100 && !limit.Take(key, now_)) ++started;
    return started;
  }

  const base::Time now_ = base::Time(1h);
  config::RateLimit settings_{.calls = 3, .per = 1h, .burst = {}, .key = {}};
  RateLimits limits_{1};
};

TEST_F(RateLimitsTest, TheSameRouteWithTheSameSettingsHasTheSameLimit) {
  EXPECT_EQ(Of("1 a"), Of("1 a"));
  EXPECT_NE(Of("1 a"), Of("1 b"));
}

TEST_F(RateLimitsTest, OtherSettingsGoOnWithTheFill) {
  const auto before = Of("1 a");
  EXPECT_EQ(Started(*before), 3);
  settings_.calls = 5;
  const auto next = Of("1 a");
  EXPECT_NE(next, before);
  EXPECT_EQ(Started(*next), 2);
}

TEST_F(RateLimitsTest, AnotherKeyBeginsAnew) {
  settings_.key = "x-user";
  EXPECT_EQ(Started(*Of("1 a"), "ada"), 3);
  settings_.key = "x-tenant";
  EXPECT_EQ(Started(*Of("1 a"), "ada"), 3);
}

TEST_F(RateLimitsTest, WhatNoTableHasIsForgotten) {
  auto kept = Of("1 a");
  Started(*kept);
  EXPECT_EQ(Started(*Of("1 b")), 3);
  limits_.DropUnused();
  EXPECT_EQ(Of("1 a"), kept);
  EXPECT_EQ(Started(*Of("1 b")), 3) << "it is a new one";
}

}  // namespace
}  // namespace evenkeel::proxy
