// gRFC A6, "Hedging Policy", sentence by sentence, in virtual time.
#include "lib/rpc/hedge_plan.h"

#include <gtest/gtest.h>

namespace evenkeel::rpc {
namespace {

using namespace std::chrono_literals;

class HedgePlanTest : public ::testing::Test {
 protected:
  void Begin(int max_attempts, std::optional<base::Duration> delay) {
    plan_.Begin(max_attempts, delay);
    plan_.Started(clock_.Now());
  }
  /// The next hedge goes out when it is due.
  void Send() {
    ASSERT_TRUE(plan_.next());
    if (*plan_.next() > clock_.Now()) clock_.Advance(*plan_.next() - clock_.Now());
    plan_.Started(clock_.Now());
  }
  void Fail(std::optional<std::string_view> pushback = std::nullopt) {
    plan_.Failed(ParsePushback(pushback), clock_.Now());
  }
  /// From now on; -1ms: there is no next.
  base::Duration Next() const { return plan_.next() ? *plan_.next() - clock_.Now() : -1ms; }

  base::ManualClock clock_;
  HedgePlan plan_;
};

TEST_F(HedgePlanTest, SendsOneAttemptAfterEachDelay) {
  Begin(3, 10ms);
  EXPECT_EQ(Next(), 10ms);
  Send();
  EXPECT_EQ(Next(), 10ms);
  Send();
  EXPECT_EQ(Next(), -1ms);
}

TEST_F(HedgePlanTest, WithoutDelaySendsAllAtOnce) {
  Begin(3, 0ms);
  EXPECT_EQ(Next(), 0ms);
  Send();
  EXPECT_EQ(Next(), 0ms);
}

TEST_F(HedgePlanTest, TakesMoreThanFiveAttemptsAsFive) {
  Begin(9, 1ms);
  for (int i = 0; i < 4; ++i) Send();
  EXPECT_EQ(Next(), -1ms);
}

TEST_F(HedgePlanTest, ANonFatalFailureSendsTheNextAtOnceAndTheRestAfterTheDelay) {
  Begin(4, 10ms);
  clock_.Advance(3ms);
  Fail();
  EXPECT_EQ(Next(), 0ms);
  Send();
  EXPECT_EQ(Next(), 10ms);
}

TEST_F(HedgePlanTest, APushbackShiftsTheNextAndTheRestFollowAfterTheDelay) {
  Begin(4, 10ms);
  Fail("50");
  EXPECT_EQ(Next(), 50ms);
  Send();
  EXPECT_EQ(Next(), 10ms);
}

TEST_F(HedgePlanTest, ANegativePushbackStopsHedging) {
  Begin(4, 10ms);
  Fail("-1");
  EXPECT_EQ(Next(), -1ms);
}

TEST_F(HedgePlanTest, AnUnreadablePushbackStopsHedging) {
  Begin(4, 10ms);
  Fail("soon");
  EXPECT_EQ(Next(), -1ms);
}

TEST_F(HedgePlanTest, NothingFollowsTheLast) {
  Begin(2, 10ms);
  Send();
  Fail();
  EXPECT_EQ(Next(), -1ms);
}

TEST_F(HedgePlanTest, WithoutAKnownDelayOnlyAFailureSendsTheNext) {
  Begin(3, std::nullopt);
  EXPECT_EQ(Next(), -1ms);
  Fail();
  EXPECT_EQ(Next(), 0ms);
}

}  // namespace
}  // namespace evenkeel::rpc
