// How deadlines end calls through the sidecar, whoever's timer fires first.
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

TEST_F(CallDeadlinesTest, AnEndpointThatCancelsBeforeTheDeadlineHasCancelled) {
  Start(1);
  StreamLog& call = Call(EndStream::kYes, With(GrpcRequest(), "grpc-timeout", "10S"));
  Arrived().log->stream->Reset(ErrorCode::kCancel);
  EXPECT_EQ(Finished(call), "1");
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
