#include "lib/connection/keepalive.h"

#include <gtest/gtest.h>

#include <optional>

namespace evenkeel::rpc {
namespace {

using namespace std::chrono_literals;
using Action = Keepalive::Action;
using WithoutCalls = Keepalive::Settings::WithoutCalls;

class KeepaliveTest : public ::testing::Test {
 protected:
  void Start(WithoutCalls without_calls) {
    keepalive_.emplace(Keepalive::Settings{10s, 2s, without_calls}, now_);
    ASSERT_EQ(keepalive_->Look(now_, 1), Action::kWait);
  }
  // Lets time pass until the keepalive wants to be asked.
  Action LookAtDue(size_t calls) {
    now_ = keepalive_->due();
    return keepalive_->Look(now_, calls);
  }
  void Read(base::Duration later) { keepalive_->OnRead(now_ += later); }

  base::Time now_ = base::Time(1h);
  std::optional<Keepalive> keepalive_;
};

TEST_F(KeepaliveTest, PingsAfterTheTimeOfSilence) {
  Start(WithoutCalls::kNo);
  EXPECT_EQ(keepalive_->due(), now_ + 10s);
  EXPECT_EQ(LookAtDue(1), Action::kPing);
}

TEST_F(KeepaliveTest, CountsFromTheLastByteRead) {
  Start(WithoutCalls::kNo);
  Read(9s);
  const base::Time read = now_;
  EXPECT_EQ(LookAtDue(1), Action::kWait);
  EXPECT_EQ(keepalive_->due(), read + 10s);
}

TEST_F(KeepaliveTest, APingWithoutAnyByteIsDeath) {
  Start(WithoutCalls::kNo);
  LookAtDue(1);
  EXPECT_EQ(keepalive_->due(), now_ + 2s);
  EXPECT_EQ(LookAtDue(1), Action::kDie);
}

TEST_F(KeepaliveTest, AnyByteAfterThePingIsLife) {
  Start(WithoutCalls::kNo);
  LookAtDue(1);
  Read(1s);
  EXPECT_EQ(LookAtDue(1), Action::kWait);
  EXPECT_EQ(LookAtDue(1), Action::kPing);
}

TEST_F(KeepaliveTest, WithoutCallsItSleepsAndTheFirstCallIsPrecededByAPing) {
  Start(WithoutCalls::kNo);
  EXPECT_EQ(LookAtDue(0), Action::kSleep);
  EXPECT_EQ(keepalive_->OnCall(now_ + 1h), Action::kPing);
}

TEST_F(KeepaliveTest, ACallThatComesSoonNeedsNoPing) {
  Start(WithoutCalls::kNo);
  EXPECT_EQ(keepalive_->OnCall(now_ + 5s), Action::kWait);
}

TEST_F(KeepaliveTest, PingsWithoutCallsWhereThatIsAllowed) {
  Start(WithoutCalls::kYes);
  EXPECT_EQ(LookAtDue(0), Action::kPing);
}

}  // namespace
}  // namespace evenkeel::rpc
