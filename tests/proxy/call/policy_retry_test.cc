// Retries by a route's policy (gRFC A6), time limits and message sizes, through a whole sidecar.
#include "tests/proxy/call/policy_retry_test.h"

namespace evenkeel::proxy {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::SizeIs;

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

TEST_F(PolicyRetryTest, HeadersAreNotHeldForLongFromAClientThatHasSentAll) {
  Start(1);
  StreamLog& call = Call();
  StreamLog& attempt = *Arrived().log;
  Respond(attempt);
  RunUntil([&] { return !call.headers.empty(); });
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
  config_.clusters[0].Edit().retry_throttling =
      config::RetryThrottling{.max_tokens = 4, .token_ratio = 1};
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

TEST_F(PolicyRetryTest, AResetAtTheDeadlineIsTheDeadlineAlsoForACallThatWaits) {
  route().calls.wait_for_ready = true;
  AddEndpoint();
  endpoints_[0]->Die();
  Launch();
  client_ = Connect();
  StreamLog& call = Call(EndStream::kYes, With(GrpcRequest(), "grpc-timeout", "300m"));
  LetPass(290ms);
  call.stream->Reset(ErrorCode::kCancel);
  const auto finished = [this](const std::string& status) {
    const telemetry::Scrape scrape(metrics_.Text());
    double sum = 0;
    for (const auto& [series, value] : scrape.values()) {
      const bool counts = series.starts_with("evenkeel_server_call_finished_total{") &&
                          series.find('"' + status + '"') != std::string::npos;
      if (counts) sum += value;
    }
    return sum;
  };
  RunUntil([&] { return finished("DEADLINE_EXCEEDED") + finished("CANCELLED") == 1; });
  EXPECT_EQ(finished("DEADLINE_EXCEEDED"), 1);
}

}  // namespace
}  // namespace evenkeel::proxy
