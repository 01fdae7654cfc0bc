// gRFC A6, sentence by sentence: what is tried again, when, and what it costs.
#include "lib/rpc/retry_sequence.h"

#include <gtest/gtest.h>

#include <vector>

namespace evenkeel::rpc {
namespace {

using namespace std::chrono_literals;
using Kind = RetryDecision::Kind;
using Committed = RetrySequence::Committed;

class RetrySequenceTest : public ::testing::Test {
 protected:
  RetrySequenceTest() {
    policy_.max_attempts = 5;
    policy_.codes = StatusSetOf({"UNAVAILABLE", "ABORTED"});
  }

  void Begin(int client_attempts = 0) {
    sequence_.Begin(&policy_, {&throttle_, &budget_}, client_attempts);
  }
  void BeginWithoutPolicy() { sequence_.Begin(nullptr, {&throttle_, &budget_}, 0); }

  RetryDecision Next(const AttemptOutcome& end) {
    return sequence_.Next(end, {clock_.Now(), deadline_, committed_}, random_);
  }
  RetryDecision Status(StatusCode code, std::optional<std::string_view> pushback = std::nullopt) {
    return Next({.status = code, .pushback = ParsePushback(pushback)});
  }
  RetryDecision Unavailable() { return Status(StatusCode::kUnavailable); }
  RetryDecision NeverSent() {
    return Next({.status = StatusCode::kUnavailable, .cause = Cause::kNeverSent});
  }
  RetryDecision Refused() {
    return Next({.status = StatusCode::kUnavailable, .cause = Cause::kRefused});
  }

  RetryPolicy policy_;
  RetryThrottle throttle_{1000, 1};
  RetryBudget budget_{100, 1000};
  base::ManualClock clock_;
  std::optional<base::Time> deadline_;
  Committed committed_ = Committed::kNo;
  base::Random random_{1};
  RetrySequence sequence_;
};

TEST_F(RetrySequenceTest, CountsTheFirstAttemptInMaxAttempts) {
  policy_.max_attempts = 3;
  Begin();
  EXPECT_EQ(Unavailable().kind, Kind::kRetry);
  EXPECT_EQ(Unavailable().kind, Kind::kRetry);
  const RetryDecision last = Unavailable();
  EXPECT_EQ(last.kind, Kind::kNo);
  EXPECT_EQ(last.why, NoRetry::kAttempts);
}

TEST_F(RetrySequenceTest, TakesMoreThanFiveAttemptsAsFive) {
  policy_.max_attempts = 9;
  Begin();
  for (int i = 0; i < 4; ++i) EXPECT_EQ(Unavailable().kind, Kind::kRetry);
  EXPECT_EQ(Unavailable().why, NoRetry::kAttempts);
}

TEST_F(RetrySequenceTest, TriesOnlyItsCodesAgain) {
  Begin();
  EXPECT_EQ(Status(StatusCode::kAborted).kind, Kind::kRetry);
  for (int code = 0; code < kStatusCodeCount; ++code) {
    if (policy_.codes.test(static_cast<size_t>(code))) continue;
    const RetryDecision decision = Status(static_cast<StatusCode>(code));
    EXPECT_EQ(decision.kind, Kind::kNo) << code;
    EXPECT_EQ(decision.why, NoRetry::kFinal) << code;
  }
}

TEST_F(RetrySequenceTest, BacksOffExponentiallyWithAFifthOfJitterUpToTheMaximum) {
  policy_.initial_backoff = 100ms;
  policy_.max_backoff = 300ms;
  policy_.multiplier = 2;
  for (int round = 0; round < 200; ++round) {
    sequence_.Begin(&policy_, {}, 0);
    for (const auto expected : {100ms, 200ms, 300ms, 300ms}) {
      const base::Duration delay = Unavailable().delay;
      EXPECT_GE(delay, expected * 8 / 10);
      EXPECT_LE(delay, expected * 12 / 10);
    }
    sequence_ = {};
  }
}

TEST_F(RetrySequenceTest, JitterMayExceedTheMaximum) {
  policy_.initial_backoff = policy_.max_backoff = 100ms;
  bool exceeded = false;
  for (int round = 0; round < 100; ++round) {
    sequence_.Begin(&policy_, {}, 0);
    exceeded |= Unavailable().delay > 100ms;
  }
  EXPECT_TRUE(exceeded);
}

TEST_F(RetrySequenceTest, APushbackIsWaitedForExactly) {
  Begin();
  const RetryDecision decision = Status(StatusCode::kUnavailable, "1234");
  EXPECT_EQ(decision.kind, Kind::kRetry);
  EXPECT_EQ(decision.delay, 1234ms);
  EXPECT_EQ(Status(StatusCode::kUnavailable, "0").delay, 0ms);
}

TEST_F(RetrySequenceTest, TheBackOffStartsOverAfterAPushback) {
  policy_.initial_backoff = 10ms;
  policy_.max_backoff = 10s;
  policy_.multiplier = 10;
  Begin();
  Unavailable();
  Unavailable();
  Status(StatusCode::kUnavailable, "5");
  EXPECT_LE(Unavailable().delay, 12ms);
}

TEST_F(RetrySequenceTest, APushbackNeverMakesMoreAttempts) {
  policy_.max_attempts = 2;
  Begin();
  EXPECT_EQ(Status(StatusCode::kUnavailable, "1").kind, Kind::kRetry);
  EXPECT_EQ(Status(StatusCode::kUnavailable, "1").why, NoRetry::kAttempts);
}

TEST_F(RetrySequenceTest, APushbackDoesNotMakeAFinalStatusOneToTryAgain) {
  Begin();
  EXPECT_EQ(Status(StatusCode::kNotFound, "1").why, NoRetry::kFinal);
}

TEST_F(RetrySequenceTest, ANegativeOrUnreadablePushbackForbidsARetry) {
  for (const char* value : {"-1", "-2147483648", "2147483648", "", "1s", " 1", "+1", "01", "1.0"}) {
    sequence_ = {};
    Begin();
    EXPECT_EQ(Status(StatusCode::kUnavailable, value).why, NoRetry::kPushback) << value;
  }
}

TEST_F(RetrySequenceTest, WhatNeverLeftIsTriedAgainWithoutEnd) {
  policy_.max_attempts = 2;
  Begin();
  for (int i = 0; i < 100; ++i) EXPECT_EQ(NeverSent().kind, Kind::kTransparent);
  EXPECT_EQ(sequence_.previous_attempts(), 0);
  EXPECT_EQ(Unavailable().kind, Kind::kRetry);
}

TEST_F(RetrySequenceTest, WhatWasRefusedIsTriedAgainOnceAtOnceThenByThePolicy) {
  policy_.max_attempts = 2;
  Begin();
  EXPECT_EQ(Refused().kind, Kind::kTransparent);
  EXPECT_EQ(sequence_.previous_attempts(), 0);
  EXPECT_EQ(Refused().kind, Kind::kRetry);
  EXPECT_EQ(sequence_.previous_attempts(), 1);
  EXPECT_EQ(Refused().why, NoRetry::kAttempts);
}

TEST_F(RetrySequenceTest, WithoutAPolicyOnlyTransparentRetriesAreMade) {
  BeginWithoutPolicy();
  EXPECT_EQ(NeverSent().kind, Kind::kTransparent);
  EXPECT_EQ(Refused().kind, Kind::kTransparent);
  EXPECT_EQ(Refused().kind, Kind::kNo);
  EXPECT_EQ(Unavailable().kind, Kind::kNo);
  EXPECT_EQ(throttle_.tokens(), 1000);
}

TEST_F(RetrySequenceTest, TransparentRetriesCostNoTokensAndNoBudget) {
  Begin();
  NeverSent();
  Refused();
  EXPECT_EQ(throttle_.tokens(), 1000);
  EXPECT_EQ(budget_.left(), 1000);
}

TEST_F(RetrySequenceTest, NothingIsTriedAgainOnceCommitted) {
  committed_ = Committed::kYes;
  Begin();
  EXPECT_EQ(NeverSent().kind, Kind::kNo);
  EXPECT_EQ(Refused().kind, Kind::kNo);
  EXPECT_EQ(Unavailable().why, NoRetry::kCommitted);
}

TEST_F(RetrySequenceTest, AFailureCostsATokenAndASuccessWinsTheRatioBack) {
  RetryThrottle throttle(10, 0.1);
  sequence_.Begin(&policy_, {&throttle, nullptr}, 0);
  Unavailable();
  EXPECT_DOUBLE_EQ(throttle.tokens(), 9);
  Status(StatusCode::kOk);
  EXPECT_DOUBLE_EQ(throttle.tokens(), 9.1);
}

TEST_F(RetrySequenceTest, OnlyAStatusToBeTriedAgainOrAStoppingPushbackIsAFailure) {
  RetryThrottle throttle(10, 0.1);
  sequence_.Begin(&policy_, {&throttle, nullptr}, 0);
  Status(StatusCode::kNotFound);
  EXPECT_DOUBLE_EQ(throttle.tokens(), 10);
  Status(StatusCode::kNotFound, "-1");
  EXPECT_DOUBLE_EQ(throttle.tokens(), 9);
  Status(StatusCode::kUnavailable, "-1");  // once, not twice
  EXPECT_DOUBLE_EQ(throttle.tokens(), 8);
}

TEST_F(RetrySequenceTest, RetriesNeedMoreThanHalfOfTheTokens) {
  RetryThrottle throttle(4, 1);
  sequence_.Begin(&policy_, {&throttle, nullptr}, 0);
  EXPECT_EQ(Unavailable().kind, Kind::kRetry);     // 3 left
  EXPECT_EQ(Unavailable().why, NoRetry::kTokens);  // 2: no more than half
  throttle.Succeeded();
  throttle.Succeeded();
  EXPECT_EQ(Unavailable().kind, Kind::kRetry);
}

TEST(RetryThrottleTest, StaysBetweenNoneAndAll) {
  RetryThrottle throttle(2, 1);
  throttle.Succeeded();
  EXPECT_DOUBLE_EQ(throttle.tokens(), 2);
  for (int i = 0; i < 5; ++i) throttle.Failed();
  EXPECT_DOUBLE_EQ(throttle.tokens(), 0);
  throttle.Succeeded();
  EXPECT_DOUBLE_EQ(throttle.tokens(), 1);
}

TEST(RetryThrottleTest, CountsThreeDecimalsOfTheRatio) {
  RetryThrottle throttle(10, 0.5466);
  throttle.Failed();
  throttle.Succeeded();
  EXPECT_DOUBLE_EQ(throttle.tokens(), 9.546);
}

TEST_F(RetrySequenceTest, ACallWhoseTimeCannotCoverTheBackOffIsNotTriedAgain) {
  deadline_ = clock_.Now() + 100ms;
  Begin();
  EXPECT_EQ(Status(StatusCode::kUnavailable, "100").why, NoRetry::kDeadline);
  EXPECT_EQ(Status(StatusCode::kUnavailable, "99").kind, Kind::kRetry);
  EXPECT_EQ(budget_.left(), 999);  // what was not made cost nothing
}

TEST_F(RetrySequenceTest, TheBudgetBoundsRetriesToItsShareAndReserve) {
  RetryBudget budget(20, 10);
  int retries = 0;
  for (int call = 0; call < 10'000; ++call) {
    RetrySequence sequence;
    budget.CallStarted();
    sequence.Begin(&policy_, {nullptr, &budget}, 0);
    while (
        sequence
            .Next({.status = StatusCode::kUnavailable}, {clock_.Now(), {}, Committed::kNo}, random_)
            .kind == Kind::kRetry) {
      ++retries;
    }
  }
  EXPECT_LE(retries, 2'000 + 10);
  EXPECT_GE(retries, 2'000 - 10);
}

TEST_F(RetrySequenceTest, CountsWhatTheClientHasTriedBefore) {
  policy_.max_attempts = 3;
  Begin(1);
  EXPECT_EQ(sequence_.previous_attempts(), 1);
  EXPECT_EQ(Unavailable().kind, Kind::kRetry);
  EXPECT_EQ(sequence_.previous_attempts(), 2);
  EXPECT_EQ(Unavailable().why, NoRetry::kAttempts);
}

TEST_F(RetrySequenceTest, AnAttemptThatTookTooLongIsTriedAgainWhateverTheCodes) {
  Begin();
  EXPECT_EQ(Next({.status = StatusCode::kDeadlineExceeded, .cause = Cause::kTryTimeout}).kind,
            Kind::kRetry);
  EXPECT_EQ(throttle_.tokens(), 999);
}

}  // namespace
}  // namespace evenkeel::rpc
