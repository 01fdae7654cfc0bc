#include "pool/backoff.h"

#include <gtest/gtest.h>

namespace evenkeel::pool {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class BackoffTest : public ::testing::Test {
 protected:
  /// The wait after an attempt that starts now.
  base::Duration WaitAfterAttempt(Backoff& backoff) {
    backoff.AttemptStarted(clock_.Now(), random_);
    return backoff.next() - clock_.Now();
  }

  base::ManualClock clock_;
  base::Random random_{1};
};

TEST_F(BackoffTest, LetsTheFirstAttemptStartAtOnce) {
  const Backoff backoff({});
  EXPECT_LE(backoff.next(), clock_.Now());
}

TEST_F(BackoffTest, GrowsByItsMultiplierUpToItsMaximum) {
  Backoff backoff({.initial = milliseconds(100), .max = seconds(1), .multiplier = 2, .jitter = 0});
  for (const int expected : {100, 200, 400, 800, 1000, 1000}) {
    EXPECT_EQ(WaitAfterAttempt(backoff), milliseconds(expected));
  }
}

TEST_F(BackoffTest, CountsFromTheStartOfTheAttempt) {
  Backoff backoff({.initial = milliseconds(100), .max = seconds(1), .multiplier = 2, .jitter = 0});
  backoff.AttemptStarted(clock_.Now(), random_);
  clock_.Advance(milliseconds(150));
  EXPECT_LT(backoff.next(), clock_.Now());
}

TEST_F(BackoffTest, StartsOverWhenAnAttemptWorked) {
  Backoff backoff({.initial = milliseconds(100), .max = seconds(1), .multiplier = 2, .jitter = 0});
  WaitAfterAttempt(backoff);
  WaitAfterAttempt(backoff);
  backoff.Reset();
  EXPECT_EQ(WaitAfterAttempt(backoff), milliseconds(100));
}

TEST_F(BackoffTest, JittersByItsShareAndUsesAllOfIt) {
  base::Duration least = seconds(10);
  base::Duration most{};
  for (int i = 0; i < 10'000; ++i) {
    Backoff backoff({.initial = seconds(1), .max = seconds(1), .multiplier = 1, .jitter = 0.2});
    const base::Duration wait = WaitAfterAttempt(backoff);
    least = std::min(least, wait);
    most = std::max(most, wait);
  }
  EXPECT_GE(least, milliseconds(800));
  EXPECT_LE(most, milliseconds(1200));
  EXPECT_LT(least, milliseconds(802));
  EXPECT_GT(most, milliseconds(1198));
}

TEST_F(BackoffTest, SpreadsManyThatFailTogether) {
  Backoff a({});
  Backoff b({});
  EXPECT_NE(WaitAfterAttempt(a), WaitAfterAttempt(b));
}

}  // namespace
}  // namespace evenkeel::pool
