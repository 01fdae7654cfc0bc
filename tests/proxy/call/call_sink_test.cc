// What a CallSink hears: one start and one record of each call, however it ends.
#include <mutex>

#include "lib/telemetry/call_record.h"
#include "tests/proxy/sidecar_test.h"

namespace evenkeel::proxy {
namespace {

using namespace std::chrono_literals;
using rpc::Cause;
using rpc::Origin;
using rpc::StatusCode;
using ::testing::HasSubstr;

// A record whose views have their own memory.
struct Kept {
  explicit Kept(const telemetry::CallRecord& record)
      : record(record),
        path(record.path),
        client(record.client),
        cluster(record.cluster),
        endpoint(record.endpoint),
        message(record.message),
        listener(record.listener),
        route(record.route),
        reason(record.reason) {
    for (const telemetry::AttemptRecord& each : record.tries) {
      tries.push_back(each);
      addresses.emplace_back(each.endpoint);
    }
  }

  telemetry::CallRecord record;
  std::string path, client, cluster, endpoint, message, listener, route, reason;
  std::vector<telemetry::AttemptRecord> tries;
  std::vector<std::string> addresses;  // theirs
};

class CallSinkTest : public SidecarTest {
 protected:
  class Sink final : public telemetry::CallSink {
   public:
    explicit Sink(CallSinkTest& test) : test_(test) {}
    void OnCallStarted(const telemetry::CallRecord& record) override {
      const std::lock_guard lock(test_.mutex_);
      test_.started_.emplace_back(record);
    }
    void OnCallEnded(const telemetry::CallRecord& record) override {
      const std::lock_guard lock(test_.mutex_);
      test_.ended_.emplace_back(record);
    }

   private:
    CallSinkTest& test_;
  };

  CallSinkTest() {
    make_sink_ = [this](unsigned) { return std::make_unique<Sink>(*this); };
  }
  ~CallSinkTest() { server_.reset(); }

  size_t Ended() {
    const std::lock_guard lock(mutex_);
    return ended_.size();
  }
  /// The one record there is, once there is one, and after the sidecar has had time for another.
  Kept TheRecord() {
    RunUntil([&] { return Ended() > 0; });
    Settle();
    const std::lock_guard lock(mutex_);
    EXPECT_EQ(started_.size(), 1u);
    EXPECT_EQ(ended_.size(), 1u);
    return ended_.at(0);
  }
  static void Expect(const Kept& kept, StatusCode status, Origin origin, Cause cause) {
    EXPECT_EQ(kept.record.status, status);
    EXPECT_EQ(kept.record.origin, origin);
    EXPECT_EQ(kept.record.cause, cause);
  }

  /// All reached, none before the one before it.
  static void ExpectInOrder(const std::vector<base::Time>& times) {
    EXPECT_NE(times.front(), base::Time{});
    EXPECT_TRUE(std::ranges::is_sorted(times));
  }

  std::mutex mutex_;
  std::vector<Kept> started_;
  std::vector<Kept> ended_;
};

TEST_F(CallSinkTest, OfAnAnsweredCallHearsWhenWhereAndHowMuch) {
  Start(1);
  StreamLog& call = Call(EndStream::kNo);
  SendData(call, "request", EndStream::kYes);
  StreamLog& attempt = *Arrived().log;
  RunUntil([&] { return attempt.body == "request"; });
  Respond(attempt);
  SendData(attempt, "an answer");
  SendTrailers(attempt);
  EXPECT_EQ(Finished(call), "0");
  const Kept kept = TheRecord();
  Expect(kept, StatusCode::kOk, Origin::kEndpoint, Cause::kAnswered);
  EXPECT_EQ(kept.record.request_bytes, 7u);
  EXPECT_EQ(kept.record.answer_bytes, 9u);
  EXPECT_EQ(kept.record.attempts, 1u);
  EXPECT_EQ(kept.path, FieldOf(GrpcRequest(), ":path"));
  EXPECT_EQ(kept.client, "127.0.0.1");
  EXPECT_EQ(kept.cluster, "users");
  EXPECT_EQ(kept.endpoint, endpoints_[0]->name());
  EXPECT_LE(kept.record.started, kept.record.sent_on);
  EXPECT_LE(kept.record.sent_on, kept.record.answer_started);
  EXPECT_LE(kept.record.answer_started, kept.record.ended);
  EXPECT_EQ(started_[0].path, kept.path);
  EXPECT_EQ(started_[0].listener, kept.listener);
  EXPECT_THAT(kept.listener, HasSubstr("127.0.0.1:"));
  EXPECT_EQ(kept.route, "cluster");
  EXPECT_EQ(kept.reason, "");
  ExpectInOrder({kept.record.started, kept.record.sent_on, kept.record.picked, kept.record.opened,
                 kept.record.answer_started, kept.record.first_message, kept.record.last_byte,
                 kept.record.ended});
  ExpectInOrder({kept.record.opened, kept.record.request_ended, kept.record.answer_started});
  ASSERT_EQ(kept.tries.size(), 1u);
  const telemetry::AttemptRecord& only = kept.tries[0];
  EXPECT_EQ(kept.addresses[0], kept.endpoint);
  EXPECT_EQ(only.kind, telemetry::AttemptKind::kFirst);
  EXPECT_TRUE(only.won);
  EXPECT_EQ(only.status, StatusCode::kOk);
  EXPECT_EQ(only.origin, Origin::kEndpoint);
  ExpectInOrder({only.started, only.opened, only.answered, only.ended});
}

TEST_F(CallSinkTest, OfARefusedCallHearsThatALimitEndedIt) {
  config_.clusters[0].Edit().limits.max_calls = 1;
  Start(1);
  Call();
  Arrived();
  EXPECT_EQ(Finished(Call()), "14");
  RunUntil([&] { return Ended() > 0; });
  Settle();
  const std::lock_guard lock(mutex_);
  EXPECT_EQ(started_.size(), 2u);
  ASSERT_EQ(ended_.size(), 1u);
  Expect(ended_[0], StatusCode::kUnavailable, Origin::kProxy, Cause::kShed);
  EXPECT_THAT(ended_[0].message, HasSubstr("limits.max_calls"));
  EXPECT_EQ(ended_[0].record.attempts, 0u);
  EXPECT_EQ(ended_[0].record.sent_on, base::Time{});
  EXPECT_EQ(ended_[0].record.picked, base::Time{});
  EXPECT_EQ(ended_[0].reason, "max_calls");
  EXPECT_TRUE(ended_[0].tries.empty());
}

TEST_F(CallSinkTest, OfACallWithoutRouteHearsNoCluster) {
  config_.listeners[0].Edit().cluster = "";
  config::Route& route = config_.listeners[0].Edit().routes.emplace_back();
  route.match.service = "a.Other";
  route.cluster = "users";
  Start(1);
  EXPECT_EQ(Finished(Call()), "12");
  const Kept kept = TheRecord();
  Expect(kept, StatusCode::kUnimplemented, Origin::kProxy, Cause::kLocal);
  EXPECT_EQ(kept.cluster, "");
}

TEST_F(CallSinkTest, OfAStreamThatTheEndpointResetHearsTheCause) {
  Start(1);
  StreamLog& call = Call();
  Arrived().log->stream->Reset(ErrorCode::kInternalError);
  EXPECT_EQ(Finished(call), "13");
  Expect(TheRecord(), StatusCode::kInternal, Origin::kProxy, Cause::kReset);
}

TEST_F(CallSinkTest, OfEveryAttemptHearsTheCount) {
  config::Route& route = config_.listeners[0].Edit().routes.emplace_back();
  route.cluster = "users";
  route.calls.retry = config::Retry{};
  Start(2);
  StreamLog& call = Call();
  Answer(*Arrived().log, "14");
  const Arrival second = Arrived();
  Answer(*second.log);
  EXPECT_EQ(Finished(call), "0");
  const Kept kept = TheRecord();
  EXPECT_EQ(kept.record.attempts, 2u);
  EXPECT_EQ(kept.endpoint, endpoints_[second.endpoint]->name());
  ASSERT_EQ(kept.tries.size(), 2u);
  EXPECT_EQ(kept.tries[0].status, StatusCode::kUnavailable);
  EXPECT_FALSE(kept.tries[0].won);
  EXPECT_EQ(kept.tries[1].kind, telemetry::AttemptKind::kRetry);
  EXPECT_TRUE(kept.tries[1].won);
  EXPECT_EQ(kept.addresses[1], kept.endpoint);
  EXPECT_NE(kept.addresses[0], kept.endpoint);
  ExpectInOrder({kept.tries[0].ended, kept.tries[1].started, kept.tries[1].ended});
  EXPECT_TRUE(kept.record.Has(telemetry::CallFlag::kRetried));
  EXPECT_EQ(kept.route, "*");
}

TEST_F(CallSinkTest, OfAHedgeHearsThatOneAttemptWon) {
  config::Route& route = config_.listeners[0].Edit().routes.emplace_back();
  route.cluster = "users";
  route.calls.hedging = config::Hedging{.delay = base::Duration(1ms)};
  Start(2);
  StreamLog& call = Call();
  Arrived();
  const Arrival second = Arrived();
  Answer(*second.log);
  EXPECT_EQ(Finished(call), "0");
  const Kept kept = TheRecord();
  ASSERT_EQ(kept.tries.size(), 2u);
  EXPECT_EQ(kept.tries[1].kind, telemetry::AttemptKind::kHedge);
  EXPECT_TRUE(kept.tries[1].won);
  EXPECT_FALSE(kept.tries[0].won);
  EXPECT_EQ(kept.tries[0].status, StatusCode::kCancelled);
  EXPECT_TRUE(kept.record.Has(telemetry::CallFlag::kHedged));
  EXPECT_FALSE(kept.record.Has(telemetry::CallFlag::kRetried));
}

TEST_F(CallSinkTest, OfAnAttemptThatWasRefusedUnprocessedHearsThatTheNextWasFree) {
  Start(2);
  StreamLog& call = Call();
  Arrived().log->stream->Reset(ErrorCode::kRefusedStream);
  Answer(*Arrived().log);
  EXPECT_EQ(Finished(call), "0");
  const Kept kept = TheRecord();
  ASSERT_EQ(kept.tries.size(), 2u);
  EXPECT_EQ(kept.tries[0].cause, Cause::kRefused);
  EXPECT_EQ(kept.tries[1].kind, telemetry::AttemptKind::kTransparent);
  EXPECT_FALSE(kept.record.Has(telemetry::CallFlag::kRetried));
}

TEST_F(CallSinkTest, OfAFailureHearsTheEndpointsWords) {
  Start(1);
  StreamLog& call = Call();
  StreamLog& attempt = *Arrived().log;
  Respond(attempt);
  attempt.stream->SubmitTrailers(
      http2::ToHeaderList({{"grpc-status", "9"}, {"grpc-message", "no such%20user"}}));
  EXPECT_EQ(Finished(call), "9");
  EXPECT_EQ(TheRecord().message, "no such%20user");
}

TEST_F(CallSinkTest, OfADeadlineHearsThatTheEndpointHadTheCall) {
  Start(1);
  StreamLog& call = Call(EndStream::kYes, With(GrpcRequest(), "grpc-timeout", "30m"));
  EXPECT_EQ(Finished(call), "4");
  Expect(TheRecord(), StatusCode::kDeadlineExceeded, Origin::kProxy, Cause::kDeadline);
}

TEST_F(CallSinkTest, OfAClientThatCancelsHearsThatItWasTheClient) {
  Start(1);
  StreamLog& call = Call();
  Arrived();
  call.Release();
  Expect(TheRecord(), StatusCode::kCancelled, Origin::kClient, Cause::kCancelled);
}

TEST_F(CallSinkTest, OfAClientThatVanishesHearsTheSame) {
  Start(1);
  Call();
  Arrived();
  client_->Destroy();
  Expect(TheRecord(), StatusCode::kCancelled, Origin::kClient, Cause::kCancelled);
}

TEST_F(CallSinkTest, OfAMovedStreamHearsOnce) {
  config_.clusters[0].Edit().move_streams =
      config::MoveStreams{.older_than = 1ms, .share_per_minute = 6000};
  config_.clusters[0].Edit().policy = config::PickFirst{config::PickFirst::Order::kAsListed};
  Start(2);
  for (int i = 0; i < 8; ++i) Call();
  RunUntil([&] { return Ended() > 0; });
  const std::lock_guard lock(mutex_);
  Expect(ended_[0], StatusCode::kUnavailable, Origin::kProxy, Cause::kLocal);
  EXPECT_THAT(ended_[0].message, HasSubstr("move_streams"));
  EXPECT_TRUE(ended_[0].record.Has(telemetry::CallFlag::kMoved));
}

TEST_F(CallSinkTest, OfWhatIsNoGrpcHearsTheAnswersWords) {
  Start(1);
  Fields fields = GrpcRequest();
  fields[0].value = "GET";
  Finished(Call(EndStream::kYes, fields));
  const Kept kept = TheRecord();
  Expect(kept, StatusCode::kUnknown, Origin::kProxy, Cause::kLocal);
  EXPECT_THAT(kept.message, HasSubstr("POST"));
}

TEST_F(CallSinkTest, OfAHealthAnswerHearsLikeOfAnyOther) {
  config_.listeners[0].Edit().health_service = true;
  Start(1);
  StreamLog& call = Call(EndStream::kNo, GrpcRequest("/grpc.health.v1.Health/Check"));
  SendData(call, std::string(5, 0), EndStream::kYes);
  EXPECT_EQ(Finished(call), "0");
  const Kept kept = TheRecord();
  Expect(kept, StatusCode::kOk, Origin::kProxy, Cause::kLocal);
  EXPECT_EQ(kept.record.attempts, 0u);
}

}  // namespace
}  // namespace evenkeel::proxy
