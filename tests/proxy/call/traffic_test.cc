// Limits, rate limits, splits, copies, edits, faults and moved streams, through a real sidecar.
#include "tests/proxy/sidecar_test.h"

namespace evenkeel::proxy {
namespace {

using namespace std::chrono_literals;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

class TrafficTest : public SidecarTest {
 protected:
  config::Cluster& users() { return config_.clusters[0].Edit(); }
  // The route that all calls take.
  config::Route& route() {
    if (config_.listeners[0].Edit().routes.empty()) {
      config_.listeners[0].Edit().routes.emplace_back().cluster = "users";
    }
    return config_.listeners[0].Edit().routes[0];
  }
  // A second cluster, whose one endpoint is the last that was added.
  void AddCluster(const std::string& name) {
    AddEndpoint();
    config::Cluster cluster = users();
    cluster.name = name;
    cluster.endpoints = {users().endpoints.back()};
    users().endpoints.pop_back();
    config_.clusters.push_back(cluster);
  }
  testing::Matcher<std::string> Sheds(const std::string& reason, int count) {
    return HasSubstr("call_shed_total{cluster=\"users\",reason=\"" + reason + "\"} " +
                     std::to_string(count) + "\n");
  }
  static std::string PushbackOf(const StreamLog& log) {
    return FieldOf(log.trailers.empty() ? log.headers : log.trailers, "grpc-retry-pushback-ms");
  }
};

TEST_F(TrafficTest, MoreThanMaxCallsEndAtOnceAndThePlaceReturnsWithItsCall) {
  users().limits.max_calls = 1;
  Start(1);
  StreamLog& first = Call();
  StreamLog& attempt = *Arrived().log;
  StreamLog& second = Call();
  EXPECT_EQ(Finished(second), "14");
  EXPECT_THAT(MessageOf(second), HasSubstr("limits.max_calls"));
  EXPECT_TRUE(NothingArrives());
  Answer(attempt);
  EXPECT_EQ(Finished(first), "0");
  StreamLog& third = Call();
  Answer(*Arrived().log);
  EXPECT_EQ(Finished(third), "0");
  EXPECT_THAT(metrics_.Text(), Sheds("max_calls", 1));
}

TEST_F(TrafficTest, AFullEndpointIsPassedOver) {
  users().endpoint_limits.max_calls = 1;
  Start(2);
  Call();
  Call();
  EXPECT_NE(Arrived().endpoint, Arrived().endpoint);
  StreamLog& third = Call();
  EXPECT_EQ(Finished(third), "14");
  EXPECT_THAT(MessageOf(third), HasSubstr("limits.endpoint.max_calls"));
  EXPECT_THAT(metrics_.Text(), Sheds("endpoint_max_calls", 1));
}

TEST_F(TrafficTest, MoreThanMaxPendingCallsEndAtOnceAndAreNotTriedElsewhere) {
  users().max_pending_calls = 1;
  users().connection.max_connections = 1;
  AddEndpoint().set_max_streams(1);
  AddEndpoint().set_max_streams(1);
  Start(2);
  std::vector<StreamLog*> calls;
  for (int i = 0; i < 4; ++i) calls.push_back(&Call());
  EXPECT_EQ(Finished(*calls[3]), "14");
  EXPECT_THAT(MessageOf(*calls[3]), HasSubstr("too many calls are waiting"));
  EXPECT_THAT(metrics_.Text(), Sheds("max_pending_calls", 1));
}

TEST_F(TrafficTest, AboveTheMemoryLimitNewCallsAreRefused) {
  Start(1);
  config_.memory_limit = 1;  // above it no more connections are accepted
  ASSERT_TRUE(server_->Apply(config_));
  StreamLog& call = Call();
  EXPECT_EQ(Finished(call), "8");
  EXPECT_THAT(MessageOf(call), HasSubstr("memory_limit"));
  EXPECT_THAT(metrics_.Text(), Sheds("memory", 1));
}

TEST_F(TrafficTest, ARateLimitAnswersWithPushback) {
  route().traffic.rate_limit = config::RateLimit{.calls = 1, .per = 1h, .burst = {}, .key = {}};
  Start(1);
  StreamLog& first = Call();
  Answer(*Arrived().log);
  EXPECT_EQ(Finished(first), "0");
  StreamLog& second = Call();
  EXPECT_EQ(Finished(second), "8");
  const int pushback = std::stoi(PushbackOf(second));
  EXPECT_GT(pushback, 3'500'000);
  EXPECT_LE(pushback, 3'600'000);
  EXPECT_THAT(metrics_.Text(), Sheds("rate_limit", 1));
}

TEST_F(TrafficTest, EachValueOfTheKeyHasItsOwnRateLimit) {
  route().traffic.rate_limit =
      config::RateLimit{.calls = 1, .per = 1h, .burst = {}, .key = "x-user"};
  Start(1);
  for (const char* user : {"ada", "bob"}) {
    StreamLog& first = Call(EndStream::kYes, With(GrpcRequest(), "x-user", user));
    Answer(*Arrived().log);
    EXPECT_EQ(Finished(first), "0");
    EXPECT_EQ(Finished(Call(EndStream::kYes, With(GrpcRequest(), "x-user", user))), "8");
  }
}

TEST_F(TrafficTest, ASplitRouteDrawsTheClusterByWeight) {
  AddEndpoint();
  AddCluster("canary");
  route().cluster.clear();
  route().traffic.split = {{"users", 3}, {"canary", 1}};
  Start(2);
  int canary = 0;
  for (int i = 0; i < 200; ++i) {
    StreamLog& call = Call();
    const Arrival arrival = Arrived();
    canary += arrival.endpoint == 1;
    Answer(*arrival.log);
    EXPECT_EQ(Finished(call), "0");
  }
  EXPECT_NEAR(canary, 50, 25);
}

class MirrorTest : public TrafficTest {
 protected:
  void StartMirroring() {
    AddEndpoint();
    AddCluster("shadow");
    route().traffic.mirror = {"shadow", 100};
    Start(2);
  }
  // The attempt of the original and that of its copy.
  std::pair<StreamLog*, StreamLog*> BothArrived() {
    Arrival one = Arrived();
    Arrival two = Arrived();
    if (one.endpoint == 1) std::swap(one, two);
    EXPECT_EQ(one.endpoint, 0u);
    EXPECT_EQ(two.endpoint, 1u);
    return {one.log, two.log};
  }
};

TEST_F(MirrorTest, ACopyGetsTheSameRequestAndItsAnswerIsDropped) {
  StartMirroring();
  StreamLog& call = Call(EndStream::kNo);
  SendData(call, "request", EndStream::kYes);
  const auto [original, copy] = BothArrived();
  RunUntil([&] { return copy->body == "request" && copy->events.back().ends_with(" END"); });
  EXPECT_EQ(copy->headers, original->headers);
  Answer(*copy, "13");
  Settle();
  EXPECT_FALSE(call.stream->closed());
  Answer(*original);
  EXPECT_EQ(Finished(call), "0");
}

TEST_F(MirrorTest, ACopyWithoutAnswerHoldsNothingUp) {
  StartMirroring();
  StreamLog& call = Call();
  const auto [original, copy] = BothArrived();
  Answer(*original);
  EXPECT_EQ(Finished(call), "0");
  EXPECT_FALSE(copy->stream->closed());
  Answer(*copy);
  RunUntil([&] { return InFlight() == 0; });
}

TEST_F(MirrorTest, ACopyThatTakesNothingIsDroppedAndTheCallGoesOn) {
  StartMirroring();
  StreamLog& call = Call(EndStream::kNo);
  const auto [original, copy] = BothArrived();
  for (int i = 0; i < 12; ++i) SendData(call, std::string(32 * 1024, 'x'));
  SendData(call, "", EndStream::kYes);
  size_t credited = 0;
  RunUntil([&, log = original] {  // reads, and its copy does not
    log->stream->ReturnCredit(log->body.size() - std::exchange(credited, log->body.size()));
    return log->events.back().ends_with(" END");
  });
  RunUntil([&, log = copy] { return log->stream->closed(); });
  Answer(*original);
  EXPECT_EQ(Finished(call), "0");
}

TEST_F(MirrorTest, ACancelledCallCancelsItsCopyWhoseRequestIsIncomplete) {
  StartMirroring();
  StreamLog& call = Call(EndStream::kNo);
  const auto [original, copy] = BothArrived();
  call.stream->Reset(ErrorCode::kCancel);
  RunUntil([&, log = copy] { return log->stream->closed(); });
  RunUntil([&] { return InFlight() == 0; });
}

TEST_F(MirrorTest, ACancelledCallCancelsItsCopyWhoseRequestIsComplete) {
  StartMirroring();
  StreamLog& call = Call();
  const auto [original, copy] = BothArrived();
  RunUntil([&, log = copy] { return log->events.back().ends_with("END"); });
  call.stream->Reset(ErrorCode::kCancel);
  RunUntil([&, log = copy] { return log->stream->closed(); });
  RunUntil([&] { return InFlight() == 0; });
}

TEST_F(MirrorTest, AClientThatVanishesCancelsItsCopies) {
  StartMirroring();
  Call();
  const auto [original, copy] = BothArrived();
  client_.reset();
  RunUntil([&, log = copy] { return log->stream->closed(); });
  RunUntil([&] { return InFlight() == 0; });
}

TEST_F(MirrorTest, ASidecarThatEndsTakesItsCopiesAlong) {
  StartMirroring();
  Call();
  BothArrived();
  Call(EndStream::kNo);
  const auto [original, copy] = BothArrived();
  server_.reset();
  RunUntil([&, log = copy] { return log->stream->closed(); });
}

TEST_F(MirrorTest, ACopyOfADelayedCallLeavesWithItAndHasAllThatCameMeanwhile) {
  route().traffic.fault = config::Fault{.metadata = {}, .delay = {{50ms}}, .abort = {}};
  StartMirroring();
  StreamLog& call = Call(EndStream::kNo);
  SendData(call, "request", EndStream::kYes);
  const auto [original, copy] = BothArrived();
  RunUntil(
      [&, log = copy] { return log->body == "request" && log->events.back().ends_with(" END"); });
  Answer(*original);
  EXPECT_EQ(Finished(call), "0");
}

TEST_F(TrafficTest, HeadersAreEditedOnBothWays) {
  route().traffic.request_headers = {.remove = {"x-gone"}, .set = {{"x-set", "2"}}, .add = {}};
  route().traffic.response_headers = {
      .remove = {"x-internal"}, .set = {}, .add = {{"x-added", "3"}}};
  Start(1);
  Fields fields = With(With(GrpcRequest(), "x-gone", "1"), "x-set", "1");
  StreamLog& call = Call(EndStream::kYes, With(fields, "x-set", "1"));
  StreamLog& attempt = *Arrived().log;
  EXPECT_EQ(FieldOf(attempt.headers, "x-gone"), "");
  EXPECT_EQ(std::ranges::count(attempt.headers, "x-set", &http2::Field::name), 1);
  EXPECT_EQ(FieldOf(attempt.headers, "x-set"), "2");
  attempt.stream->SubmitHeaders(http2::ToHeaderList(With(GrpcResponse(), "x-internal", "1")),
                                EndStream::kNo);
  SendTrailers(attempt);
  EXPECT_EQ(Finished(call), "0");
  EXPECT_EQ(FieldOf(call.headers, "x-internal"), "");
  EXPECT_EQ(FieldOf(call.headers, "x-added"), "3");
}

TEST_F(TrafficTest, AnAbortNeverReachesAnEndpoint) {
  route().traffic.fault = config::Fault{.metadata = {}, .delay = {}, .abort = {{"ABORTED", "why"}}};
  Start(1);
  StreamLog& call = Call();
  EXPECT_EQ(Finished(call), "10");
  EXPECT_EQ(MessageOf(call), "why");
  EXPECT_TRUE(NothingArrives());
}

TEST_F(TrafficTest, ADelayedCallIsSentWithAllThatCameMeanwhile) {
  route().traffic.fault = config::Fault{.metadata = {}, .delay = {{50ms}}, .abort = {}};
  Start(1);
  const base::Time start = loop_.Now();
  StreamLog& call = Call(EndStream::kNo);
  SendData(call, "request", EndStream::kYes);
  StreamLog& attempt = *Arrived().log;
  EXPECT_GE(loop_.Now() - start, 50ms);
  RunUntil([&] { return attempt.body == "request"; });
  Answer(attempt);
  EXPECT_EQ(Finished(call), "0");
}

TEST_F(TrafficTest, TheDeadlineRunsDuringADelay) {
  route().traffic.fault = config::Fault{.metadata = {}, .delay = {{1h}}, .abort = {}};
  Start(1);
  EXPECT_EQ(Finished(Call(EndStream::kYes, With(GrpcRequest(), "grpc-timeout", "50m"))), "4");
}

TEST_F(TrafficTest, NoMoreCallsAreTriedAgainAtOnceThanMaxRetries) {
  users().limits.max_retries = 1;
  route().calls.retry = config::Retry{};
  Start(2);
  StreamLog& first = Call();
  StreamLog& second = Call();
  Answer(*Arrived().log, "14");
  StreamLog& fails_too = *Arrived().log;
  StreamLog& retry = *Arrived().log;
  Answer(fails_too, "14");
  RunUntil([&] { return first.stream->closed() || second.stream->closed(); });
  StreamLog& refused = first.stream->closed() ? first : second;
  EXPECT_EQ(StatusOf(refused), "14");
  Answer(retry);
  EXPECT_EQ(Finished(&refused == &first ? second : first), "0");
  EXPECT_THAT(metrics_.Text(), HasSubstr("reason=\"max_retries\"} 1"));
}

TEST_F(TrafficTest, OldStreamsMoveToAnEndpointThatHasNone) {
  users().move_streams = config::MoveStreams{.older_than = 1ms, .share_per_minute = 6000};
  users().policy = config::PickFirst{config::PickFirst::Order::kAsListed};
  Start(2);
  std::vector<StreamLog*> calls;
  for (int i = 0; i < 8; ++i) calls.push_back(&Call());
  const auto moved = [&] {
    return std::ranges::find_if(calls,
                                [](const StreamLog* each) { return each->stream->closed(); });
  };
  RunUntil([&] { return moved() != calls.end(); });
  EXPECT_EQ(StatusOf(**moved()), "14");
  EXPECT_EQ(PushbackOf(**moved()), "0");
  EXPECT_THAT(metrics_.Text(), HasSubstr("streams_moved_total{cluster=\"users\"} 4"));
}

}  // namespace
}  // namespace evenkeel::proxy
