#include "proxy/clients/ping_enforcement.h"

#include <gtest/gtest.h>

namespace evenkeel::proxy {
namespace {

using namespace std::chrono_literals;
using Verdict = PingEnforcement::Verdict;

class PingEnforcementTest : public ::testing::Test {
 protected:
  Verdict PingAfter(base::Duration wait) {
    now_ += wait;
    return pings_.OnPing(now_, calls_, frames_);
  }

  PingEnforcement pings_{{}};
  base::Time now_ = base::Time(1h);
  size_t calls_ = 1;
  uint64_t frames_ = 0;
};

TEST_F(PingEnforcementTest, PermitsAPingEveryFiveMinutes) {
  for (int i = 0; i < 10; ++i) EXPECT_EQ(PingAfter(5min), Verdict::kTolerated);
}

TEST_F(PingEnforcementTest, ToleratesTwoThatComeTooEarlyAndNoMore) {
  EXPECT_EQ(PingAfter(0s), Verdict::kTolerated);
  EXPECT_EQ(PingAfter(4min + 59s), Verdict::kTolerated);
  EXPECT_EQ(PingAfter(1s), Verdict::kTolerated);
  EXPECT_EQ(PingAfter(1s), Verdict::kTooMany);
}

TEST_F(PingEnforcementTest, PatienceDoesNotPayStrikesBack) {
  PingAfter(0s);
  PingAfter(1s);
  PingAfter(1s);
  EXPECT_EQ(PingAfter(6min), Verdict::kTolerated);
  EXPECT_EQ(PingAfter(1s), Verdict::kTooMany);
}

TEST_F(PingEnforcementTest, WhatWeSendForgivesAllStrikes) {
  for (int i = 0; i < 3; ++i) PingAfter(1s);
  ++frames_;
  for (int i = 0; i < 3; ++i) EXPECT_EQ(PingAfter(1s), Verdict::kTolerated);
  EXPECT_EQ(PingAfter(1s), Verdict::kTooMany);
}

TEST_F(PingEnforcementTest, WithoutACallTheTimeIsTwoHours) {
  calls_ = 0;
  for (int i = 0; i < 3; ++i) EXPECT_EQ(PingAfter(119min), Verdict::kTolerated);
  EXPECT_EQ(PingAfter(119min), Verdict::kTooMany);
}

TEST_F(PingEnforcementTest, WithoutACallTheTimeIsTheSameWherePermitted) {
  PingEnforcement pings({.permit_time = 1s, .permit_without_calls = true});
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(pings.OnPing(now_ += 1s, 0, 0), Verdict::kTolerated);
  }
}

}  // namespace
}  // namespace evenkeel::proxy
