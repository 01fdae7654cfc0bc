#include "lib/http2/reset_guard.h"

#include <gtest/gtest.h>

namespace evenkeel::http2 {
namespace {

using namespace std::chrono_literals;
using Way = ResetGuard::Way;

class ResetGuardTest : public ::testing::Test {
 protected:
  /// A stream that lives for `age` and then ends without an answer.
  bool Reset(Way way, base::Duration age) { return guard_.OnUnanswered(way, now_ - age, now_); }
  void Pass(base::Duration time) { now_ += time; }
  /// How many streams end in this way, one each `period`, until it is one too many; `most` if it
  /// never is.
  int Flood(Way way, base::Duration age, base::Duration period, int most = 20'000) {
    for (int count = 1; count <= most; ++count) {
      if (Reset(way, age)) return count;
      Pass(period);
    }
    return most;
  }

  ResetGuard guard_{{}};
  base::Time now_{1h};
};

TEST_F(ResetGuardTest, EndsResetsInOneTurnSoon) { EXPECT_EQ(Flood(Way::kEarly, 0ms, 0ms), 501); }

TEST_F(ResetGuardTest, EndsResetsAtEveryPaceThatCosts) {
  for (const auto period : {0us, 50us, 200us, 1000us, 5000us}) {
    guard_ = ResetGuard({});
    EXPECT_LT(Flood(Way::kEarly, 200us, period), 1'100) << period.count();
  }
}

TEST_F(ResetGuardTest, EndsRefusalsAsResets) { EXPECT_EQ(Flood(Way::kRefused, 0ms, 0ms), 501); }

TEST_F(ResetGuardTest, EndsStreamsOverALimitThatIsKnownInHalfTheTime) {
  EXPECT_EQ(Flood(Way::kOverLimit, 0ms, 0ms), 251);
}

TEST_F(ResetGuardTest, TakesAHundredInASecondForNoAttack) {
  EXPECT_EQ(Flood(Way::kEarly, 1ms, 11ms), 20'000);
}

TEST_F(ResetGuardTest, TakesStreamsOfASecondForNoAttack) {
  EXPECT_EQ(Flood(Way::kEarly, 1s, 0ms), 20'000);
}

// Hedging of 5 (gRFC A6), and nine in ten cancelled at once.
TEST_F(ResetGuardTest, EachAnswerPaysForTen) {
  for (int call = 0; call < 10'000; ++call) {
    for (int loser = 0; loser < 9; ++loser) ASSERT_FALSE(Reset(Way::kEarly, 0ms)) << call;
    guard_.OnAnswered();
  }
}

TEST_F(ResetGuardTest, AnswersAreNoCreditForLater) {
  for (int call = 0; call < 10'000; ++call) guard_.OnAnswered();
  EXPECT_EQ(Flood(Way::kEarly, 0ms, 0ms), 501);
}

// Twenty calls at once with a deadline of 3 ms that none keeps.
TEST_F(ResetGuardTest, DeadlinesOfThreeMillisecondsAreNoAttack) {
  EXPECT_EQ(Flood(Way::kAtDeadline, 3ms, 150us), 20'000);
}

// A hundred at once that are reset shortly before 10 ms, and what never waited for its deadline.
TEST_F(ResetGuardTest, FloodsThatWaitForTheirDeadlinesEnd) {
  EXPECT_LT(Flood(Way::kAtDeadline, 8'500us, 85us), 700);
  guard_ = ResetGuard({});
  EXPECT_EQ(Flood(Way::kAtDeadline, 0ms, 0ms), 501);
}

TEST_F(ResetGuardTest, ForgetsWhatWasAbandonedMoreThan70MillisecondsAgo) {
  for (int burst = 0; burst < 10; ++burst) {
    for (int i = 0; i < 500; ++i) ASSERT_FALSE(Reset(Way::kAtDeadline, 0ms)) << burst;
    Pass(70ms);
  }
}

// A hundred at once with a deadline of 3 ms; one in ten is answered.
TEST_F(ResetGuardTest, AnAnswerPaysForTenThatEndpointsStillWorkOn) {
  for (int call = 0; call < 10'000; ++call) {
    Pass(30us);
    if (call % 10 == 0) {
      guard_.OnAnswered();
    } else {
      ASSERT_FALSE(Reset(Way::kAtDeadline, 3ms)) << call;
    }
  }
}

TEST_F(ResetGuardTest, AnswersPayForNoMoreThan25TimesWhatMayBeOpen) {
  int count = 0;
  for (; count < 20'000; ++count) {
    guard_.OnAnswered();
    if (Reset(Way::kEarly, 1us)) break;
  }
  EXPECT_EQ(count, 2'500);
}

TEST_F(ResetGuardTest, AnswersPayOnce) {
  for (int call = 0; call < 10'000; ++call) guard_.OnAnswered();
  EXPECT_LE(Flood(Way::kAtDeadline, 3ms, 20us), 2'501);
  EXPECT_LT(Flood(Way::kAtDeadline, 3ms, 100us), 501);
}

TEST_F(ResetGuardTest, GrowsWithItsLimits) {
  guard_ = ResetGuard({.max_resets = 5'000, .max_streams = 10});
  EXPECT_EQ(Flood(Way::kEarly, 0ms, 0ms), 5'001);
  guard_ = ResetGuard({.max_resets = 500, .max_streams = 1'000});
  EXPECT_EQ(Flood(Way::kAtDeadline, 0ms, 0ms), 5'001);
}

}  // namespace
}  // namespace evenkeel::http2
