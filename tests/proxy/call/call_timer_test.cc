#include "proxy/call/call_timer.h"

#include <gtest/gtest.h>

#include "tests/lib/net/loop_test.h"

namespace evenkeel::proxy {
namespace {

using namespace std::chrono_literals;
using Expiry = CallTimer::Expiry;

class CallTimerTest : public net::LoopTest, private CallTimer::Owner {
 protected:
  Expiry Expired() {
    RunUntil([&] { return expired_.has_value(); });
    return *expired_;
  }
  void OnExpired(Expiry expiry) override { expired_ = expiry; }

  std::optional<Expiry> expired_;
  CallTimer timer_{loop_, *this};
};

TEST_F(CallTimerTest, WithoutLimitsNothingEnds) {
  timer_.Start({});
  timer_.Touch();
  LetPass(5ms);
  EXPECT_EQ(expired_, std::nullopt);
}

TEST_F(CallTimerTest, SaysWhichLimitHasEndedIt) {
  timer_.Start({.deadline = loop_.Now() + 5ms, .end = loop_.Now() + 1h, .silence = 1h});
  EXPECT_EQ(Expired(), Expiry::kDeadline);
  expired_.reset();
  timer_.Start({.deadline = loop_.Now() + 1h, .end = loop_.Now() + 5ms, .silence = 1h});
  EXPECT_EQ(Expired(), Expiry::kDuration);
  expired_.reset();
  timer_.Start({.deadline = loop_.Now() + 1h, .end = loop_.Now() + 1h, .silence = 5ms});
  EXPECT_EQ(Expired(), Expiry::kSilence);
}

TEST_F(CallTimerTest, OfTwoAtOnceTheDeadlineCounts) {
  const base::Time due = loop_.Now() + 5ms;
  timer_.Start({.deadline = due, .end = due, .silence = {}});
  EXPECT_EQ(Expired(), Expiry::kDeadline);
}

TEST_F(CallTimerTest, BytesPutTheEndOfSilenceOff) {
  timer_.Start({.deadline = {}, .end = {}, .silence = 60ms});
  const base::Time start = loop_.Now();
  LetPass(30ms);
  timer_.Touch();
  EXPECT_EQ(Expired(), Expiry::kSilence);
  EXPECT_GE(loop_.Now() - start, 90ms);
}

TEST_F(CallTimerTest, OnceStoppedNothingEnds) {
  timer_.Start({.deadline = loop_.Now() + 1ms, .end = {}, .silence = {}});
  timer_.Stop();
  LetPass(10ms);
  EXPECT_EQ(expired_, std::nullopt);
}

}  // namespace
}  // namespace evenkeel::proxy
