// Hedging (gRFC A6), through a whole sidecar.
#include "tests/proxy/call/policy_retry_test.h"

namespace evenkeel::proxy {
namespace {

using namespace std::chrono_literals;

class HedgingTest : public PolicyRetryTest {
 protected:
  /// Starts the sidecar before its endpoints, of which there are so many, and a call that waits for
  /// them for longer than the hedging delay.
  StreamLog& CallThatWaits(size_t endpoints) {
    route().calls.wait_for_ready = true;
    for (size_t i = 0; i < endpoints; ++i) AddEndpoint().Die();
    Launch();
    client_ = Connect();
    StreamLog& call = Call();
    OutlastTheDelay();
    return call;
  }
  void OutlastTheDelay() { LetPass(std::get<base::Duration>(hedging().delay) + 50ms); }
  HedgingTest() {
    route().calls.retry.reset();
    config::Hedging& hedging = route().calls.hedging.emplace();
    hedging.attempts = 2;
    hedging.delay = base::Duration(5ms);
  }
  config::Hedging& hedging() { return *route().calls.hedging; }
};

TEST_F(HedgingTest, TheFirstGoodAnswerWinsAndTheOtherAttemptIsCancelled) {
  Start(2);
  StreamLog& call = Call();
  const Arrival first = Arrived();
  const Arrival second = Arrived();
  EXPECT_NE(second.endpoint, first.endpoint);
  EXPECT_EQ(FieldOf(second.log->headers, "grpc-previous-rpc-attempts"), "1");
  Respond(*second.log);
  SendData(*second.log, "answer");
  SendTrailers(*second.log);
  EXPECT_EQ(Finished(call), "0");
  EXPECT_EQ(call.body, "answer");
  RunUntil([&] { return first.log->stream->closed(); });
  EXPECT_EQ(Count("hedges"), 1);
  EXPECT_EQ(Count("hedges_won"), 1);
  EXPECT_EQ(Count("hedges_wasted"), 0);
  RunUntil([&] { return InFlight() == 0; });
}

TEST_F(HedgingTest, AHedgeThatIsNotNeededIsWasted) {
  Start(2);
  StreamLog& call = Call();
  const Arrival first = Arrived();
  const Arrival second = Arrived();
  Answer(*first.log);
  EXPECT_EQ(Finished(call), "0");
  RunUntil([&] { return second.log->stream->closed(); });
  EXPECT_EQ(Count("hedges_wasted"), 1);
}

// It may be them that the client waits for.
TEST_F(HedgingTest, HeadersAreNotHeldForLong) {
  hedging().delay = base::Duration(60s);
  Start(2);
  StreamLog& call = Call();
  StreamLog& attempt = *Arrived().log;
  Respond(attempt);
  RunUntil([&] { return !call.headers.empty(); });
  EXPECT_TRUE(NothingArrives());
  SendData(attempt, "late");
  SendTrailers(attempt);
  EXPECT_EQ(Finished(call), "0");
  EXPECT_EQ(call.body, "late");
}

TEST_F(HedgingTest, ANonFatalFailureSendsTheNextAtOnce) {
  hedging().delay = base::Duration(60s);
  Start(2);
  StreamLog& call = Call();
  AnswerInTrailers(*Arrived().log, "14");
  Answer(*Arrived().log);
  EXPECT_EQ(Finished(call), "0");
}

TEST_F(HedgingTest, AFatalFailureEndsTheCallAndCancelsTheOthers) {
  Start(2);
  StreamLog& call = Call();
  const Arrival first = Arrived();
  const Arrival second = Arrived();
  AnswerInTrailers(*first.log, "13");
  EXPECT_EQ(Finished(call), "13");
  RunUntil([&] { return second.log->stream->closed(); });
  EXPECT_EQ(Count("hedges_won"), 0);
  EXPECT_EQ(Count("hedges_wasted"), 1);
}

TEST_F(HedgingTest, TheLastNonFatalFailureIsTheCalls) {
  Start(2);
  StreamLog& call = Call();
  const Arrival first = Arrived();
  const Arrival second = Arrived();
  AnswerInTrailers(*first.log, "14");
  Settle();
  EXPECT_FALSE(call.stream->closed());
  AnswerInTrailers(*second.log, "14");
  EXPECT_EQ(Finished(call), "14");
  EXPECT_EQ(Count("hedges_won"), 0);
  EXPECT_EQ(Count("hedges_wasted"), 1);
}

TEST_F(HedgingTest, AHedgeOfACallThatIsGivenUpIsWasted) {
  Start(2);
  StreamLog& call = Call();
  const Arrival first = Arrived();
  const Arrival second = Arrived();
  endpoints_[second.endpoint]->Die();
  RunUntil([&] { return Ready() == 1; });
  auto& listed = config_.clusters[0].Edit().endpoints;
  listed.erase(listed.begin() + static_cast<ptrdiff_t>(first.endpoint));
  ASSERT_TRUE(server_->Apply(config_));
  EXPECT_EQ(Finished(Call()), "14") << "there is no endpoint any more";
  first.log->stream->Reset(ErrorCode::kRefusedStream);  // to be sent again, elsewhere
  EXPECT_EQ(Finished(call), "14");
  EXPECT_EQ(Count("hedges"), 1);
  EXPECT_EQ(Count("hedges_wasted"), 1);
}

TEST_F(HedgingTest, AnEndpointThatWasTriedWillDoWhenAllHaveFailed) {
  hedging().attempts = 3;
  Start(2);
  StreamLog& call = Call();
  const Arrival first = Arrived();
  const Arrival second = Arrived();
  for (int i = 0; i < 20; ++i) Settle();
  EXPECT_TRUE(NothingArrives());
  AnswerInTrailers(*first.log, "14");
  AnswerInTrailers(*second.log, "14");
  Answer(*Arrived().log);
  EXPECT_EQ(Finished(call), "0");
}

TEST_F(HedgingTest, ACallEndsWhenItsLastAttemptAskedToWaitAndThereIsNoEndpointByThen) {
  Start(1);
  StreamLog& call = Call();
  AnswerInTrailers(*Arrived().log, "14", {{"grpc-retry-pushback-ms", "30"}});
  Settle();
  endpoints_[0]->Die();
  EXPECT_EQ(Finished(call), "14");
}

TEST_F(HedgingTest, ALoneEndpointGetsNoSecondAttempt) {
  hedging().delay = base::Duration(0s);
  Start(1);
  StreamLog& call = Call();
  StreamLog& attempt = *Arrived().log;
  for (int i = 0; i < 20; ++i) Settle();
  EXPECT_TRUE(NothingArrives());
  Answer(attempt);
  EXPECT_EQ(Finished(call), "0");
}

TEST_F(HedgingTest, ACallThatHasWaitedForItsFirstEndpointIsHedged) {
  hedging().delay = base::Duration(300ms);  // in which the sidecar finds the other endpoint, too
  StreamLog& call = CallThatWaits(2);
  for (const auto& each : endpoints_) each->ListenAgain();
  const Arrival first = Arrived();
  const base::Time start = loop_.Now();
  const Arrival second = Arrived();
  EXPECT_NE(second.endpoint, first.endpoint);
  EXPECT_GE(loop_.Now() - start, 30ms);  // the delay of 300 ms counts from the first attempt
  Answer(*second.log);
  EXPECT_EQ(Finished(call), "0");
}

TEST_F(HedgingTest, ACallThatHasWaitedForItsFirstEndpointIsRepeatedAfterANonFatalFailure) {
  StreamLog& call = CallThatWaits(1);
  endpoints_[0]->ListenAgain();
  AnswerInTrailers(*Arrived().log, "14");
  Answer(*Arrived().log);
  EXPECT_EQ(Finished(call), "0");
}

TEST_F(HedgingTest, ACallThatWaitsAfterAnAttemptThatWasNeverSentIsRepeatedAsWell) {
  route().calls.wait_for_ready = true;
  config_.clusters[0].Edit().connection.max_connections = 1;
  AddEndpoint().set_max_streams(1);
  Start(1);
  Call(EndStream::kYes, With(GrpcRequest(), "grpc-previous-rpc-attempts", "1"));  // has one left
  Arrived();
  StreamLog& call = Call();  // has an attempt that waits for a stream
  Settle();
  endpoints_[0]->Die();
  OutlastTheDelay();
  endpoints_[0]->ListenAgain();
  AnswerInTrailers(*Arrived().log, "14");
  Answer(*Arrived().log);
  EXPECT_EQ(Finished(call), "0");
}

TEST_F(HedgingTest, AHedgeThatTheBudgetRefusesLeavesItsPlaceToOthers) {
  config_.clusters[0].Edit().limits.max_retries = 1;
  config_.clusters[0].Edit().retry_budget = config::RetryBudget{.percent = 50, .reserve = 1};
  Start(2);
  StreamLog& spends = Call();
  StreamLog& attempt = *Arrived().log;
  Arrived();
  Answer(attempt);
  EXPECT_EQ(Finished(spends), "0");
  Call();
  Arrived();
  RunUntil([&] { return Count("retries_refused") == 1; });
  Call();
  Arrived();
  RunUntil([&] { return Count("hedges") == 2 || Count("retries_refused") == 2; });
  EXPECT_EQ(Count("hedges"), 2);
}

TEST_F(HedgingTest, AHedgeForWhichThereIsNoPlaceLeavesTheBudgetToOthers) {
  config_.clusters[0].Edit().limits.max_retries = 1;
  config_.clusters[0].Edit().retry_budget = config::RetryBudget{.percent = 0, .reserve = 2};
  Start(2);
  StreamLog& holds = Call();
  StreamLog& attempt = *Arrived().log;
  Arrived();
  Call();
  Arrived();
  RunUntil([&] { return Count("retries_refused") == 1; });
  Answer(attempt);
  EXPECT_EQ(Finished(holds), "0");
  Call();
  Arrived();
  RunUntil([&] { return Count("hedges") == 2 || Count("retries_refused") == 2; });
  EXPECT_EQ(Count("hedges"), 2);
}

TEST_F(HedgingTest, AFailureThatBringsTheLastAttemptForwardBringsNoFurther) {
  hedging().delay = base::Duration(100ms);
  Start(3);
  StreamLog& call = Call();
  AnswerInTrailers(*Arrived().log, "14");
  StreamLog& last = *Arrived().log;
  OutlastTheDelay();
  EXPECT_TRUE(NothingArrives());
  Answer(last);
  EXPECT_EQ(Finished(call), "0");
}

TEST_F(HedgingTest, ARequestAboveTheReplayLimitGoesOnWithOneAttempt) {
  Start(2);
  StreamLog& call = Call(EndStream::kNo);
  StreamLog& first = *Arrived().log;
  StreamLog& second = *Arrived().log;
  SendData(call, std::string(RequestBody::kReplayLimit, 'x'));
  const auto has_all = [](const StreamLog& log) {
    return log.body.size() == RequestBody::kReplayLimit;
  };
  RunUntil([&] { return has_all(first) && has_all(second); });
  SendData(call, "x", EndStream::kYes);
  RunUntil([&] { return first.stream->closed() != second.stream->closed(); });
  StreamLog& left = first.stream->closed() ? second : first;
  left.stream->ReturnCredit(RequestBody::kReplayLimit);
  RunUntil([&] { return left.body.size() > RequestBody::kReplayLimit; });
  Answer(left);
  EXPECT_EQ(Finished(call), "0");
}

}  // namespace
}  // namespace evenkeel::proxy
