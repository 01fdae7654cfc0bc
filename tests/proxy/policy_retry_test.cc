// Retries by a route's policy (gRFC A6), time limits and message sizes, through a whole sidecar.
#include "tests/proxy/sidecar_test.h"
#include "tests/telemetry/scrape.h"

namespace evenkeel::proxy {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class PolicyRetryTest : public SidecarTest {
 protected:
  PolicyRetryTest() {
    route().cluster = "users";
    config::Retry& retry = route().calls.retry.emplace();
    retry.attempts = 3;
    retry.initial_backoff = retry.max_backoff = 1ms;
  }

  config::Route& route() {
    auto& routes = config_.listeners[0].routes;
    return routes.empty() ? routes.emplace_back() : routes[0];
  }
  config::Retry& retry() { return *route().calls.retry; }

  /// Headers, then a status in trailers, as an application that failed late sends them.
  static void AnswerInTrailers(StreamLog& log, const std::string& status, const Fields& more = {}) {
    Respond(log);
    Fields fields = {{"grpc-status", status}};
    fields.insert(fields.end(), more.begin(), more.end());
    log.stream->SubmitTrailers(http2::ToHeaderList(fields));
  }
  double Count(const std::string& name) const {
    return telemetry::Scrape(metrics_.Text()).Sum("evenkeel_client_call_" + name + "_total");
  }
};

TEST_F(PolicyRetryTest, AStatusInTrailersIsTriedAgainElsewhere) {
  Start(2);
  StreamLog& call = Call();
  const Arrival first = Arrived();
  AnswerInTrailers(*first.log, "14");
  const Arrival second = Arrived();
  EXPECT_NE(second.endpoint, first.endpoint);
  EXPECT_EQ(FieldOf(second.log->headers, "grpc-previous-rpc-attempts"), "1");
  EXPECT_EQ(FieldOf(first.log->headers, "grpc-previous-rpc-attempts"), "");
  Answer(*second.log);
  EXPECT_EQ(Finished(call), "0");
  EXPECT_EQ(Count("retries"), 1);
  RunUntil([&] { return InFlight() == 0; });
}

TEST_F(PolicyRetryTest, TheLastFailureIsForwardedAsItCame) {
  Start(1);
  StreamLog& call = Call();
  for (int i = 0; i < 3; ++i) AnswerInTrailers(*Arrived().log, "14", {{"x-why", "busy"}});
  EXPECT_EQ(Finished(call), "14");
  EXPECT_EQ(FieldOf(call.trailers, "x-why"), "busy");
  EXPECT_EQ(FieldOf(call.headers, ":status"), "200");
  EXPECT_EQ(arrivals_.back().log->headers.empty(), false);
  EXPECT_EQ(FieldOf(arrivals_.back().log->headers, "grpc-previous-rpc-attempts"), "2");
  EXPECT_TRUE(NothingArrives());
}

TEST_F(PolicyRetryTest, OtherStatusesAreFinal) {
  Start(2);
  StreamLog& call = Call();
  AnswerInTrailers(*Arrived().log, "5");
  EXPECT_EQ(Finished(call), "5");
  EXPECT_TRUE(NothingArrives());
}

TEST_F(PolicyRetryTest, NothingIsTriedAgainAfterTheFirstMessage) {
  Start(2);
  StreamLog& call = Call();
  StreamLog& attempt = *Arrived().log;
  Respond(attempt);
  SendData(attempt, "m");
  RunUntil([&] { return call.body == "m"; });
  attempt.stream->SubmitTrailers(http2::ToHeaderList({{"grpc-status", "14"}}));
  EXPECT_EQ(Finished(call), "14");
  EXPECT_TRUE(NothingArrives());
}

TEST_F(PolicyRetryTest, HeadersAreHeldUntilTheFirstMessage) {
  Start(1);
  StreamLog& call = Call();
  StreamLog& attempt = *Arrived().log;
  Respond(attempt);
  Settle();
  EXPECT_TRUE(call.headers.empty());
  SendData(attempt, "m");
  RunUntil([&] { return call.body == "m"; });
  EXPECT_FALSE(call.headers.empty());
  SendTrailers(attempt);
  EXPECT_EQ(Finished(call), "0");
}

TEST_F(PolicyRetryTest, HeadersAreNotHeldForLongFromAClientThatStillSends) {
  Start(1);
  StreamLog& call = Call(EndStream::kNo);
  StreamLog& attempt = *Arrived().log;
  Respond(attempt);
  RunUntil([&] { return !call.headers.empty(); });
  SendData(call, "now", EndStream::kYes);
  RunUntil([&] { return attempt.body == "now"; });
  SendTrailers(attempt);
  EXPECT_EQ(Finished(call), "0");
}

TEST_F(PolicyRetryTest, ALostConnectionIsTriedAgainWithTheWholeRequest) {
  Start(2);
  StreamLog& call = Call(EndStream::kNo);
  SendData(call, "request", EndStream::kYes);
  const Arrival first = Arrived();
  RunUntil([&] { return first.log->body == "request"; });
  endpoints_[first.endpoint]->connections[0]->Destroy();
  const Arrival second = Arrived();
  RunUntil([&] { return second.log->body == "request"; });
  Answer(*second.log);
  EXPECT_EQ(Finished(call), "0");
}

TEST_F(PolicyRetryTest, APushbackIsHeededInBothForms) {
  Start(2);
  StreamLog& call = Call();
  AnswerInTrailers(*Arrived().log, "14", {{"grpc-retry-pushback-ms", "0"}});
  AnswerInTrailers(*Arrived().log, "14", {{"grpc-retry-pushback-ms", "-1"}});
  EXPECT_EQ(Finished(call), "14");
  EXPECT_TRUE(NothingArrives());
  EXPECT_EQ(Count("pushbacks"), 2);
  EXPECT_EQ(Count("retries_refused"), 1);
}

TEST_F(PolicyRetryTest, WhatTheClientTriedItselfCounts) {
  Start(2);
  StreamLog& call = Call(EndStream::kYes, With(GrpcRequest(), "grpc-previous-rpc-attempts", "1"));
  const Arrival first = Arrived();
  EXPECT_EQ(FieldOf(first.log->headers, "grpc-previous-rpc-attempts"), "1");
  AnswerInTrailers(*first.log, "14");
  const Arrival second = Arrived();
  EXPECT_EQ(FieldOf(second.log->headers, "grpc-previous-rpc-attempts"), "2");
  AnswerInTrailers(*second.log, "14");
  EXPECT_EQ(Finished(call), "14");
  EXPECT_TRUE(NothingArrives());
}

TEST_F(PolicyRetryTest, ARequestAboveTheReplayLimitIsCommittedAndGoesOn) {
  Start(2);
  StreamLog& call = Call(EndStream::kNo);
  StreamLog& attempt = *Arrived().log;
  SendData(call, std::string(RequestBody::kReplayLimit, 'x'));
  RunUntil([&] { return attempt.body.size() == RequestBody::kReplayLimit; });
  attempt.stream->ReturnCredit(RequestBody::kReplayLimit);
  SendData(call, "x", EndStream::kYes);
  RunUntil([&] { return attempt.body.size() > RequestBody::kReplayLimit; });
  AnswerInTrailers(attempt, "14");
  EXPECT_EQ(Finished(call), "14");
  EXPECT_EQ(Count("replay_overflows"), 1);
  EXPECT_TRUE(NothingArrives());
}

TEST_F(PolicyRetryTest, ATryThatTakesTooLongIsEndedAndTriedElsewhere) {
  retry().per_try_timeout = 20ms;
  Start(2);
  StreamLog& call = Call();
  const Arrival first = Arrived();
  const Arrival second = Arrived();
  EXPECT_NE(second.endpoint, first.endpoint);
  RunUntil([&] { return first.log->stream->closed(); });
  Answer(*second.log);
  EXPECT_EQ(Finished(call), "0");
  EXPECT_EQ(Count("try_timeouts"), 1);
}

TEST_F(PolicyRetryTest, ABackOffBeyondTheDeadlineEndsTheCallAtOnce) {
  retry().initial_backoff = retry().max_backoff = 60s;
  Start(2);
  StreamLog& call = Call(EndStream::kYes, With(GrpcRequest(), "grpc-timeout", "30S"));
  AnswerInTrailers(*Arrived().log, "14");
  EXPECT_EQ(Finished(call), "14");
  EXPECT_EQ(Count("retries_refused"), 1);
}

TEST_F(PolicyRetryTest, AClientThatLeavesDuringTheBackOffIsForgotten) {
  retry().initial_backoff = retry().max_backoff = 60s;
  Start(2);
  StreamLog& call = Call();
  AnswerInTrailers(*Arrived().log, "14");
  Settle();
  call.Release();
  RunUntil([&] {
    return telemetry::Scrape(metrics_.Text()).Sum("evenkeel_server_call_in_flight") == 0;
  });
  EXPECT_TRUE(NothingArrives());
}

TEST_F(PolicyRetryTest, TokensStopAStormOfFailures) {
  config_.clusters[0].retry_throttling = config::RetryThrottling{.max_tokens = 4, .token_ratio = 1};
  Start(2);
  for (int i = 0; i < 10; ++i) {
    StreamLog& call = Call();
    while (!call.stream->closed() && !HasFailure()) {
      for (const Arrival& each : arrivals_) {
        if (!each.log->answered) AnswerInTrailers(*each.log, "14");
      }
      loop_.RunOnce();
    }
  }
  EXPECT_THAT(arrivals_, SizeIs(11));  // one retry, then less than half of the tokens
}

TEST_F(PolicyRetryTest, TheRoutesTimeoutIsTheDeadlineOfACallWithout) {
  route().calls.timeout = 30ms;
  route().calls.retry.reset();
  Start(1);
  StreamLog& call = Call();
  const Arrival arrival = Arrived();
  EXPECT_NE(FieldOf(arrival.log->headers, "grpc-timeout"), "");
  EXPECT_EQ(Finished(call), "4");
  RunUntil([&] { return arrival.log->stream->closed(); });
}

TEST_F(PolicyRetryTest, TheRoutesTimeoutNeverLengthensTheClients) {
  route().calls.timeout = 60s;
  Start(1);
  StreamLog& call = Call(EndStream::kYes, With(GrpcRequest(), "grpc-timeout", "30m"));
  Arrived();
  EXPECT_EQ(Finished(call), "4");
}

TEST_F(PolicyRetryTest, AStreamLastsNoLongerThanItMay) {
  route().calls.max_stream_duration = 30ms;
  Start(1);
  StreamLog& call = Call(EndStream::kNo);
  const Arrival arrival = Arrived();
  EXPECT_EQ(FieldOf(arrival.log->headers, "grpc-timeout"), "");
  EXPECT_EQ(Finished(call), "4");
  EXPECT_THAT(MessageOf(call), HasSubstr("max_stream_duration"));
}

TEST_F(PolicyRetryTest, ASilentStreamIsEnded) {
  route().calls.idle_timeout = 30ms;
  Start(1);
  StreamLog& call = Call(EndStream::kNo);
  Arrived();
  EXPECT_EQ(Finished(call), "14");
  EXPECT_THAT(MessageOf(call), HasSubstr("idle_timeout"));
}

TEST_F(PolicyRetryTest, AMessageThatIsTooLongEndsTheCall) {
  route().calls.max_request_message = 3;
  route().calls.max_response_message = 3;
  Start(1);
  StreamLog& asks = Call(EndStream::kNo);
  Arrived();
  SendData(asks, std::string("\0\0\0\0\4abcd", 9));
  EXPECT_EQ(Finished(asks), "8");
  StreamLog& answered = Call();
  StreamLog& attempt = *Arrived().log;
  Respond(attempt);
  SendData(attempt, std::string("\0\0\0\0\4abcd", 9));
  EXPECT_EQ(Finished(answered), "8");
}

TEST_F(PolicyRetryTest, ACallWaitsForAnEndpointWhereItsRouteSaysSo) {
  route().calls.wait_for_ready = true;
  AddEndpoint();
  endpoints_[0]->Die();
  Launch();
  client_ = Connect();
  StreamLog& call = Call();
  for (int i = 0; i < 50; ++i) Settle();
  EXPECT_FALSE(call.stream->closed());
  endpoints_[0]->ListenAgain();
  Answer(*Arrived().log);
  EXPECT_EQ(Finished(call), "0");
}

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
  void OutlastTheDelay() {
    bool over = false;
    net::Timer timer(loop_, [&] { over = true; });
    timer.StartAfter(std::get<base::Duration>(hedging().delay) + 50ms);
    RunUntil([&] { return over; });
  }
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
  config_.clusters[0].connection.max_connections = 1;
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
  config_.clusters[0].limits.max_retries = 1;
  config_.clusters[0].retry_budget = config::RetryBudget{.percent = 50, .reserve = 1};
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
  config_.clusters[0].limits.max_retries = 1;
  config_.clusters[0].retry_budget = config::RetryBudget{.percent = 0, .reserve = 2};
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
