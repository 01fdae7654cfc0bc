#include "health/prober.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace evenkeel::health {
namespace {

using rpc::StatusCode;
using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// An endpoint that the test answers for, and time that it moves.
class ProberTest : public ::testing::Test, private Prober::Driver {
 protected:
  ProberTest() { settings_.jitter = 0; }

  void Start() {
    Prober::Driver& driver = *this;
    prober_.emplace(settings_, clock_, random_, driver);
    prober_->Start();
  }
  void Connect() {
    Start();
    prober_->Connected();
  }
  // Until a Check is what runs.
  void ConnectWithoutWatch() {
    Connect();
    EndWatch(StatusCode::kUnimplemented);
    started_.clear();
    reports_.clear();
  }

  void Answer(ProbeResult result) { prober_->OnAnswer(result, "test"); }
  void EndWatch(StatusCode code) { prober_->OnWatchEnded({code, ""}); }
  // Lets time pass; wakes the prober if its time has come.
  void Pass(base::Duration time) {
    const base::Time end = clock_.Now() + time;
    while (wake_ && *wake_ <= end) {
      clock_.Advance(*wake_ - clock_.Now());
      wake_.reset();
      prober_->OnWake();
    }
    clock_.Advance(end - clock_.Now());
  }
  // Lets time pass until the prober wants to be woken.
  void PassToWake() { Pass(UntilWake()); }
  std::vector<std::string> TakeStarted() { return std::exchange(started_, {}); }
  Health health() const { return reports_.empty() ? Health::kUnknown : reports_.back().health; }
  base::Duration UntilWake() const { return wake_ ? *wake_ - clock_.Now() : -1ns; }

  config::HealthCheck settings_;
  base::ManualClock clock_;
  base::Random random_{1};
  std::optional<Prober> prober_;
  std::vector<std::string> started_;
  std::vector<ProbeReport> reports_;
  std::optional<base::Time> wake_;
  int stopped_ = 0;

 private:
  void StartWatch() override { Started("Watch"); }
  void StartCheck() override { Started("Check"); }
  void Started(const char* method) {
    started_.emplace_back(method);
    prober_->OnSent();
  }
  void StopProbe() override { ++stopped_; }
  void WakeAt(base::Time due) override { wake_ = due; }
  void StopWake() override { wake_.reset(); }
  void OnReport(ProbeReport report) override { reports_.push_back(std::move(report)); }
};

TEST_F(ProberTest, AsksNothingBeforeThereIsAConnection) {
  Start();
  EXPECT_THAT(started_, IsEmpty());
}

TEST_F(ProberTest, WatchesFirst) {
  Connect();
  EXPECT_THAT(started_, ElementsAre("Watch"));
  EXPECT_EQ(health(), Health::kAsked) << "until it has said something";
}

TEST_F(ProberTest, BelievesEachMessageOfAWatchAtOnce) {
  Connect();
  for (const auto& [said, believed] : std::initializer_list<std::pair<ProbeResult, Health>>{
           {ProbeResult::kServing, Health::kServing},
           {ProbeResult::kNotServing, Health::kNotServing},
           {ProbeResult::kServing, Health::kServing},
           {ProbeResult::kServiceUnknown, Health::kNotServing}}) {
    Answer(said);
    EXPECT_EQ(health(), believed);
  }
}

TEST_F(ProberTest, AWatchMayBeSilentForEverOnceItHasSpoken) {
  Connect();
  Answer(ProbeResult::kServing);
  Pass(24h);
  EXPECT_EQ(health(), Health::kServing);
  EXPECT_EQ(stopped_, 0);
}

TEST_F(ProberTest, AWatchThatNeverSpeaksIsGivenUpAndTriedAgain) {
  Connect();
  Pass(999ms);
  EXPECT_EQ(stopped_, 0);
  Pass(1ms);
  EXPECT_EQ(stopped_, 1);
  EXPECT_EQ(health(), Health::kNotServing);
  EXPECT_EQ(reports_.back().result, ProbeResult::kTimeout);
  TakeStarted();
  PassToWake();
  EXPECT_THAT(started_, ElementsAre("Watch"));
}

// gRFC A17: "backoff, reset by any message".
TEST_F(ProberTest, AWatchThatFailsIsRepeatedWithGrowingDelays) {
  Connect();
  base::Duration last = 0s;
  for (int i = 0; i < 8; ++i) {
    EndWatch(StatusCode::kInternal);
    EXPECT_EQ(health(), Health::kNotServing);
    EXPECT_GT(UntilWake(), last);
    last = UntilWake();
    Pass(last);
  }
  Answer(ProbeResult::kServing);
  EndWatch(StatusCode::kUnavailable);
  EXPECT_LE(UntilWake(), 2s) << "the message has reset it";
}

TEST_F(ProberTest, AWatchThatEndsAfterLongIsReplacedAtOnceAndHoldsMeanwhile) {
  Connect();
  Answer(ProbeResult::kServing);
  Pass(1h);
  TakeStarted();
  EndWatch(StatusCode::kUnavailable);
  EXPECT_THAT(started_, ElementsAre("Watch"));
  EXPECT_EQ(health(), Health::kServing);
}

TEST_F(ProberTest, AWatchThatEndsAfterNotServingWaitsAndIsNoFailedProbe) {
  Connect();
  Pass(500ms);
  Answer(ProbeResult::kServing);
  Pass(1h);
  Answer(ProbeResult::kNotServing);
  TakeStarted();
  EndWatch(StatusCode::kUnavailable);
  EXPECT_THAT(TakeStarted(), IsEmpty());
  EXPECT_FALSE(reports_.back().result);
  EXPECT_GE(UntilWake(), 800ms) << "though its Watch began an hour ago";
  EXPECT_EQ(health(), Health::kNotServing);
  Pass(2s);
  EXPECT_THAT(TakeStarted(), testing::Contains("Watch"));
}

TEST_F(ProberTest, AWatchThatIsLostOnItsWayIsNoFailedProbe) {
  Connect();
  prober_->OnLost("connection refused");
  EXPECT_EQ(health(), Health::kNotServing);
  EXPECT_FALSE(reports_.back().result);
  TakeStarted();
  Pass(2s);
  EXPECT_THAT(TakeStarted(), testing::Contains("Watch"));
}

TEST_F(ProberTest, ACheckThatIsLostOnItsWaySaysNothingAndIsMadeAgain) {
  ConnectWithoutWatch();
  Answer(ProbeResult::kServing);
  PassToWake();
  prober_->OnLost("the connection was lost");
  EXPECT_EQ(health(), Health::kServing);
  EXPECT_FALSE(reports_.back().result);
  TakeStarted();
  PassToWake();
  EXPECT_THAT(TakeStarted(), ElementsAre("Check"));
}

// gRFC A17: "cancel Watch on GOAWAY".
TEST_F(ProberTest, MovesItsWatchFromAConnectionThatDrains) {
  Connect();
  Answer(ProbeResult::kServing);
  TakeStarted();
  prober_->GoAway();
  EXPECT_EQ(stopped_, 1);
  EXPECT_THAT(started_, ElementsAre("Watch"));
  EXPECT_EQ(health(), Health::kServing);
}

TEST_F(ProberTest, LeavesAnEndpointAloneThatHasSaidNotServingAndDrains) {
  Connect();
  Answer(ProbeResult::kNotServing);
  TakeStarted();
  prober_->GoAway();
  EXPECT_EQ(stopped_, 1);
  EXPECT_THAT(TakeStarted(), IsEmpty());
  Pass(2s);
  EXPECT_THAT(TakeStarted(), testing::Contains("Watch"));
}

TEST_F(ProberTest, ForgetsWhatItKnewWithTheConnection) {
  Connect();
  Answer(ProbeResult::kServing);
  prober_->Disconnected("reset");
  EXPECT_EQ(health(), Health::kUnknown);
  EXPECT_FALSE(reports_.back().result) << "a lost connection is no failed probe";
  TakeStarted();
  prober_->Connected();
  EXPECT_THAT(started_, ElementsAre("Watch"));
}

TEST_F(ProberTest, WithoutWatchItChecksAtOnceAndThenEveryInterval) {
  Connect();
  TakeStarted();
  EndWatch(StatusCode::kUnimplemented);
  EXPECT_THAT(TakeStarted(), ElementsAre("Check"));
  Answer(ProbeResult::kServing);
  EXPECT_EQ(health(), Health::kServing);
  EXPECT_EQ(UntilWake(), 5s);
  Pass(5s);
  EXPECT_THAT(TakeStarted(), ElementsAre("Check"));
}

TEST_F(ProberTest, WithoutHealthServiceTheConnectionIsEnough) {
  ConnectWithoutWatch();
  Answer(ProbeResult::kUnimplemented);
  EXPECT_EQ(health(), Health::kServing);
  Pass(1h);
  EXPECT_THAT(TakeStarted(), IsEmpty());
  prober_->Disconnected("reset");
  EXPECT_EQ(health(), Health::kUnknown);
}

TEST_F(ProberTest, TheFirstAnswerDecidesWithoutAThreshold) {
  settings_.healthy_threshold = 3;
  ConnectWithoutWatch();
  Answer(ProbeResult::kServing);
  EXPECT_EQ(health(), Health::kServing);
}

TEST_F(ProberTest, TakesTwoBadAnswersDownAndOneGoodOneUp) {
  ConnectWithoutWatch();
  Answer(ProbeResult::kServing);
  PassToWake();
  Answer(ProbeResult::kFailed);
  EXPECT_EQ(health(), Health::kServing);
  PassToWake();
  Answer(ProbeResult::kFailed);
  EXPECT_EQ(health(), Health::kNotServing);
  PassToWake();
  Answer(ProbeResult::kServing);
  EXPECT_EQ(health(), Health::kServing);
}

TEST_F(ProberTest, AGoodAnswerInBetweenStartsTheCountAnew) {
  ConnectWithoutWatch();
  Answer(ProbeResult::kServing);
  for (int i = 0; i < 5; ++i) {
    PassToWake();
    Answer(ProbeResult::kFailed);
    PassToWake();
    Answer(ProbeResult::kServing);
    EXPECT_EQ(health(), Health::kServing);
  }
}

TEST_F(ProberTest, AsksSoonerWhileTheAnswersChange) {
  ConnectWithoutWatch();
  Answer(ProbeResult::kServing);
  Pass(5s);
  Answer(ProbeResult::kTimeout);
  EXPECT_EQ(UntilWake(), 1s);
}

TEST_F(ProberTest, ACheckWithoutAnswerIsABadOne) {
  ConnectWithoutWatch();
  Pass(1s);
  EXPECT_EQ(health(), Health::kNotServing);
  EXPECT_EQ(reports_.back().result, ProbeResult::kTimeout);
  EXPECT_EQ(stopped_, 1);
}

TEST_F(ProberTest, JitterSpreadsTheIntervals) {
  settings_.jitter = 0.2;
  ConnectWithoutWatch();
  std::vector<base::Duration> intervals;
  for (int i = 0; i < 50; ++i) {
    Answer(ProbeResult::kServing);
    intervals.push_back(UntilWake());
    PassToWake();
  }
  const auto [least, most] = std::ranges::minmax(intervals);
  EXPECT_GE(least, 4s);
  EXPECT_LE(most, 6s);
  EXPECT_GT(most - least, 1s);
}

TEST_F(ProberTest, ChecksByTcpNeedNoConnection) {
  settings_.type = config::HealthCheck::Type::kTcp;
  Start();
  EXPECT_THAT(TakeStarted(), ElementsAre("Check"));
  prober_->Disconnected("of no concern");
  Answer(ProbeResult::kServing);
  EXPECT_EQ(health(), Health::kServing);
}

// A Python service whose interceptor wants a token from every call refuses the health check too.
TEST_F(ProberTest, AHealthServiceThatDeniesUsLeavesTheConnectionToJudgeBy) {
  for (const StatusCode code : {StatusCode::kUnauthenticated, StatusCode::kPermissionDenied}) {
    Connect();
    prober_->OnWatchEnded({code, "no token"});
    EXPECT_EQ(health(), Health::kServing);
    EXPECT_EQ(reports_.back().result, ProbeResult::kDenied);
    EXPECT_THAT(reports_.back().detail, ::testing::HasSubstr("no token"));
    EXPECT_FALSE(wake_) << "it is not asked again on this connection";
  }
}

TEST_F(ProberTest, ACheckThatIsDeniedLeavesTheConnectionToJudgeBy) {
  ConnectWithoutWatch();
  Answer(ProbeResult::kDenied);
  EXPECT_EQ(health(), Health::kServing);
}

TEST_F(ProberTest, DenialCanCountAsNotServing) {
  settings_.when_denied = config::HealthCheck::Denied::kNotServing;
  Connect();
  EndWatch(StatusCode::kUnauthenticated);
  EXPECT_EQ(health(), Health::kNotServing);
  ConnectWithoutWatch();
  Answer(ProbeResult::kDenied);
  EXPECT_EQ(health(), Health::kNotServing);
}

TEST_F(ProberTest, WithModeCheckItNeverWatches) {
  settings_.mode = config::HealthCheck::Mode::kCheck;
  Connect();
  Answer(ProbeResult::kServing);
  PassToWake();
  EXPECT_THAT(started_, ElementsAre("Check", "Check"));
  EXPECT_EQ(health(), Health::kServing);
}

TEST_F(ProberTest, WhereAWatchWouldTakeTheOnlyStreamItChecks) {
  Connect();
  prober_->OnNoRoomToWatch();
  Answer(ProbeResult::kServing);
  EXPECT_THAT(started_, ElementsAre("Watch", "Check"));
  EXPECT_EQ(health(), Health::kServing);
}

}  // namespace
}  // namespace evenkeel::health
