#include "proxy/clients/connection_lifetime.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>

namespace evenkeel::proxy {
namespace {

using namespace std::chrono_literals;
using Action = ConnectionLifetime::Action;

class ConnectionLifetimeTest : public ::testing::Test {
 protected:
  void Open(const ConnectionLifetime::Settings& settings) {
    lifetime_.emplace(settings, now_, random_);
  }
  Action LookAtDue(size_t calls) {
    now_ = lifetime_->due();
    return lifetime_->Look(now_, calls);
  }

  base::Random random_{1};
  const base::Time start_ = base::Time(1h);
  base::Time now_ = start_;
  std::optional<ConnectionLifetime> lifetime_;
};

TEST_F(ConnectionLifetimeTest, LastsForeverByDefault) {
  Open({});
  EXPECT_EQ(lifetime_->due(), base::Time::max());
}

TEST_F(ConnectionLifetimeTest, EndsWhenNoCallEverCame) {
  Open({.max_idle = 10s});
  EXPECT_EQ(LookAtDue(0), Action::kDrainIdle);
  EXPECT_EQ(now_, start_ + 10s);
  EXPECT_EQ(lifetime_->due(), base::Time::max());
}

TEST_F(ConnectionLifetimeTest, IdlenessCountsFromTheEndOfTheLastCall) {
  Open({.max_idle = 10s});
  lifetime_->OnIdle(start_ + 7s);
  EXPECT_EQ(LookAtDue(0), Action::kWait);
  EXPECT_EQ(LookAtDue(0), Action::kDrainIdle);
  EXPECT_EQ(now_, start_ + 17s);
}

TEST_F(ConnectionLifetimeTest, IsNotIdleWhileACallIsOpen) {
  Open({.max_idle = 10s});
  for (int i = 0; i < 100; ++i) EXPECT_EQ(LookAtDue(1), Action::kWait);
}

TEST_F(ConnectionLifetimeTest, AgesDifferByUpToTenPercent) {
  base::Time least = base::Time::max(), most = start_;
  for (int i = 0; i < 1000; ++i) {
    now_ = start_;
    Open({.max_age = 100s});
    EXPECT_EQ(LookAtDue(1), Action::kDrainOld);
    least = std::min(least, now_);
    most = std::max(most, now_);
  }
  EXPECT_GE(least, start_ + 90s);
  EXPECT_LE(least, start_ + 91s);
  EXPECT_GE(most, start_ + 109s);
  EXPECT_LE(most, start_ + 110s);
}

TEST_F(ConnectionLifetimeTest, CallsOutliveTheAgeWithoutAGrace) {
  Open({.max_age = 100s});
  LookAtDue(1);
  EXPECT_EQ(lifetime_->due(), base::Time::max());
}

TEST_F(ConnectionLifetimeTest, TheGraceFollowsTheAgeAndHasNoJitter) {
  Open({.max_age = 100s, .max_age_grace = 5s});
  EXPECT_EQ(LookAtDue(1), Action::kDrainOld);
  const base::Time drained = now_;
  EXPECT_EQ(LookAtDue(1), Action::kEndCalls);
  EXPECT_EQ(now_, drained + 5s);
  EXPECT_EQ(lifetime_->due(), base::Time::max());
}

TEST_F(ConnectionLifetimeTest, EndsWithItsClientsCertificate) {
  Open({.max_age_grace = 1min});
  lifetime_->ExpireAt(start_ + 1h);
  EXPECT_EQ(LookAtDue(1), Action::kDrainExpired);
  EXPECT_EQ(now_, start_ + 1h);
  EXPECT_EQ(LookAtDue(1), Action::kEndCalls);
  EXPECT_EQ(now_, start_ + 1h + 1min);
}

TEST_F(ConnectionLifetimeTest, WhatComesFirstEndsIt) {
  Open({.max_age = 10min});
  lifetime_->ExpireAt(start_ + 1h);
  EXPECT_EQ(LookAtDue(1), Action::kDrainOld);
  Open({.max_age = 10h});
  lifetime_->ExpireAt(start_);  // while the handshake went on
  EXPECT_EQ(LookAtDue(0), Action::kDrainExpired);
}

}  // namespace
}  // namespace evenkeel::proxy
