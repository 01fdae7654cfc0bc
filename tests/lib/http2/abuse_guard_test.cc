#include "lib/http2/abuse_guard.h"

#include <gtest/gtest.h>

namespace evenkeel::http2 {
namespace {

class AbuseGuardTest : public ::testing::Test {
 protected:
  /// How often `allows` says yes, 100,000 at most.
  template <typename Allows>
  static int Count(Allows allows) {
    int count = 0;
    while (count < 100'000 && allows()) ++count;
    return count;
  }

  AbuseGuard guard_{{}};
  const base::Time now_{std::chrono::hours(1)};
};

TEST_F(AbuseGuardTest, AllowsAThousandIdleFramesAndTenForEachThatServesACall) {
  EXPECT_EQ(Count([&] { return guard_.AllowsIdleFrame(1); }), 1'000);
  guard_.OnCallFrameSent();
  guard_.OnCallFrameReceived();
  EXPECT_EQ(Count([&] { return guard_.AllowsIdleFrame(1); }), 19);  // one was too many before
}

TEST_F(AbuseGuardTest, CountsAnIdleFrameByWhatItCosts) {
  EXPECT_EQ(Count([&] { return guard_.AllowsIdleFrame(101); }), 9);
}

TEST_F(AbuseGuardTest, AllowsAThousandAcksThatWait) {
  EXPECT_EQ(Count([&] { return guard_.AllowsAck(); }), 1'000);
  guard_.OnAcksProduced();
  EXPECT_EQ(Count([&] { return guard_.AllowsAck(); }), 1'000);
}

TEST_F(AbuseGuardTest, AllowsMoreRefusalsToAClientThatMayNotKnowItsLimit) {
  EXPECT_EQ(Count([&] { return guard_.AllowsRefusal(true, now_); }), 250);
  AbuseGuard other({});
  EXPECT_EQ(Count([&] { return other.AllowsRefusal(false, now_); }), 900);
}

TEST_F(AbuseGuardTest, NamesEachAbuse) {
  EXPECT_EQ(AbuseText(Abuse::kNone), "");
  for (const Abuse each : {Abuse::kResets, Abuse::kIdleFrames, Abuse::kUnreadAnswers,
                           Abuse::kEndlessBlock, Abuse::kInflatedBlock}) {
    EXPECT_NE(AbuseText(each), "");
  }
}

}  // namespace
}  // namespace evenkeel::http2
