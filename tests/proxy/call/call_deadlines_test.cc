// How deadlines end calls through the sidecar, whoever's timer fires first.
#include <algorithm>
#include <vector>

#include "lib/rpc/timeout.h"
#include "proxy/call/call.h"
#include "tests/proxy/sidecar_test.h"

namespace evenkeel::proxy {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class CallDeadlinesTest : public SidecarTest {};

TEST_F(CallDeadlinesTest, ForwardsWhatIsLeftOfTheDeadline) {
  Start();
  Call(EndStream::kYes, With(GrpcRequest(), "grpc-timeout", "100S"));
  const std::string forwarded = FieldOf(Arrived().log->headers, "grpc-timeout");
  const auto left = rpc::ParseTimeout(forwarded);
  ASSERT_TRUE(left) << forwarded;
  EXPECT_LE(*left, std::chrono::seconds(100));
  EXPECT_GT(*left, std::chrono::seconds(50));
}

TEST_F(CallDeadlinesTest, EndsAtItsDeadlineAndCancelsTheEndpoint) {
  Start();
  StreamLog& call = Call(EndStream::kYes, With(GrpcRequest(), "grpc-timeout", "30m"));
  const Arrival arrival = Arrived();
  EXPECT_EQ(Finished(call), "4");
  EXPECT_THAT(MessageOf(call), HasSubstr("endpoint " + endpoints_[arrival.endpoint]->name()));
  RunUntil([&] { return arrival.log->stream->closed(); });
  EXPECT_EQ(arrival.log->events.back(), "closed by peer: CANCEL");
  RunUntil([&] { return InFlight() == 0; });
}

TEST_F(CallDeadlinesTest, EndsAtItsDeadlineInTheMiddleOfAResponse) {
  Start();
  StreamLog& call = Call(EndStream::kYes, With(GrpcRequest(), "grpc-timeout", "100m"));
  StreamLog& attempt = *Arrived().log;
  Respond(attempt);
  SendData(attempt, "partial");
  EXPECT_EQ(Finished(call), "4");
  EXPECT_EQ(call.body, "partial");
  RunUntil([&] { return attempt.stream->closed(); });
  EXPECT_EQ(attempt.events.back(), "closed by peer: CANCEL");
}

TEST_F(CallDeadlinesTest, ADeadlineTooShortToForwardIsExceeded) {
  Start();
  StreamLog& call = Call(EndStream::kYes, With(GrpcRequest(), "grpc-timeout", "1n"));
  EXPECT_EQ(Finished(call), "4");
  for (const Arrival& each : arrivals_) {
    EXPECT_TRUE(rpc::ParseTimeout(FieldOf(each.log->headers, "grpc-timeout")));
  }
}

TEST_F(CallDeadlinesTest, ADeadlineThatHadPassedOnTheWayIsExceededAtOnce) {
  Start();
  for (const char* timeout : {"0n", "0m", "0S", "00000000H"}) {
    StreamLog& call = Call(EndStream::kYes, With(GrpcRequest(), "grpc-timeout", timeout));
    EXPECT_EQ(Finished(call), "4") << timeout;
  }
  EXPECT_TRUE(NothingArrives());
  EXPECT_THAT(metrics_.Text(), Not(HasSubstr("bad_timeout")));
}

TEST_F(CallDeadlinesTest, AnEndpointThatCancelsAtTheDeadlineHasExceededIt) {
  Start(1);
  StreamLog& call = Call(EndStream::kYes, With(GrpcRequest(), "grpc-timeout", "1S"));
  StreamLog& attempt = *Arrived().log;
  LetPass(std::chrono::milliseconds(955));
  attempt.stream->Reset(ErrorCode::kCancel);
  EXPECT_EQ(Finished(call), "4");
  EXPECT_THAT(MessageOf(call), HasSubstr("deadline exceeded: endpoint"));
  EXPECT_THAT(metrics_.Text(), Not(HasSubstr("CANCELLED")));
}

// Servers of gRPC C++ do; whether theirs or our timer fires first is chance.
TEST_F(CallDeadlinesTest, AnEndpointThatAnswersSoAtTheDeadlineHasNotFailed) {
  config_.clusters[0].Edit().outlier_detection.emplace();
  Start(1);
  const auto failures = [this] { return server_->Clusters()[0].endpoints[0].health.failures; };
  StreamLog& late = Call(EndStream::kYes, With(GrpcRequest(), "grpc-timeout", "200m"));
  StreamLog& attempt = *Arrived().log;
  LetPass(std::chrono::milliseconds(190));
  Answer(attempt, "4");
  EXPECT_EQ(Finished(late), "4");
  StreamLog& early = Call(EndStream::kYes, With(GrpcRequest(), "grpc-timeout", "10S"));
  Answer(*Arrived().log, "4");
  EXPECT_EQ(Finished(early), "4");
  RunUntil([&] { return failures() > 0; });
  EXPECT_EQ(failures(), 1u);
}

TEST_F(CallDeadlinesTest, AnEndpointThatCancelsBeforeTheDeadlineHasCancelled) {
  Start(1);
  StreamLog& call = Call(EndStream::kYes, With(GrpcRequest(), "grpc-timeout", "10S"));
  Arrived().log->stream->Reset(ErrorCode::kCancel);
  EXPECT_EQ(Finished(call), "1");
}

class ManyDeadlinesTest : public CallDeadlinesTest {
 protected:
  static constexpr int kAtOnce = 20;

  ManyDeadlinesTest() {
    config::Http2& limits = config_.listeners[0].Edit().http2;
    limits.max_resets = kAtOnce;
    limits.max_concurrent_streams = kAtOnce + 1;
  }
  /// Whether the sidecar ends the connection over these calls, many at once and `times` in a row.
  bool EndsOver(int times, const Fields& request) {
    for (int time = 0; time < times && client_->alive(); ++time) {
      std::vector<StreamLog*> calls;
      for (int i = 0; i < kAtOnce; ++i) calls.push_back(&Call(EndStream::kYes, request));
      RunUntil([&] {
        return std::ranges::all_of(calls, [](StreamLog* each) { return each->stream->closed(); });
      });
    }
    return !client_->alive();
  }
};

// Which costs as much as a reset at the deadline does, see http2::ResetGuard.
TEST_F(ManyDeadlinesTest, EndAClientThatWantsNoOtherAnswer) {
  Start(1);
  EXPECT_TRUE(EndsOver(1'000, With(GrpcRequest(), "grpc-timeout", "1n")));
}

TEST_F(ManyDeadlinesTest, CallsRefusedAtOnceAreNone) {
  config_.clusters[0].Edit().limits.max_calls = 1;
  Start(1);
  Call(EndStream::kNo);
  Arrived();
  EXPECT_FALSE(EndsOver(50, With(GrpcRequest(), "grpc-timeout", "1m")));
}

TEST_F(CallDeadlinesTest, TakesTheLongestTimeoutForNone) {
  Start();
  StreamLog& call = Call(EndStream::kYes, With(GrpcRequest(), "grpc-timeout", "99999999H"));
  Answer(*Arrived().log);
  EXPECT_EQ(Finished(call), "0");
}

TEST_F(CallDeadlinesTest, RefusesATimeoutItCannotRead) {
  Start();
  StreamLog& call = Call(EndStream::kYes, With(GrpcRequest(), "grpc-timeout", "soon"));
  EXPECT_EQ(Finished(call), "13");
  EXPECT_EQ(MessageOf(call), "cannot read grpc-timeout \"soon\"");
  EXPECT_TRUE(NothingArrives());
}

}  // namespace
}  // namespace evenkeel::proxy
