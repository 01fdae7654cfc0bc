// A request without a message: whatever becomes of it, it ends by an empty DATA and never with its
// headers (gRPC's PROTOCOL-HTTP2, "EOS"; grpc-go before 1.84 hangs on the other form).
#include <gmock/gmock.h>

#include "tests/proxy/call/policy_retry_test.h"

namespace evenkeel::proxy {
namespace {

using ::testing::ElementsAre;

class EmptyRequestTest : public PolicyRetryTest {
 protected:
  /// The next attempt, of which nothing else has come.
  StreamLog& ArrivedEmpty() {
    StreamLog& log = *Arrived().log;
    RunUntil([&] { return log.events.size() > 1; });
    EXPECT_THAT(log.events, ElementsAre("headers", "data 0 END"));
    return log;
  }
};

TEST_F(EmptyRequestTest, OnItsFirstAttemptAndWhenItIsTriedAgain) {
  Start(2);
  StreamLog& call = Call();
  AnswerInTrailers(ArrivedEmpty(), "14");
  Answer(ArrivedEmpty());
  EXPECT_EQ(Finished(call), "0");
}

TEST_F(EmptyRequestTest, InAHedge) {
  route().calls.retry.reset();
  route().calls.hedging.emplace().delay = base::Duration(std::chrono::milliseconds(5));
  Start(2);
  StreamLog& call = Call();
  ArrivedEmpty();
  Answer(ArrivedEmpty());
  EXPECT_EQ(Finished(call), "0");
}

TEST_F(EmptyRequestTest, InACopy) {
  route().traffic.mirror = config::Mirror{.cluster = "users"};
  Start(2);
  Call();
  ArrivedEmpty();
  ArrivedEmpty();
}

TEST_F(EmptyRequestTest, AfterItHasWaitedForAConnection) {
  AddEndpoint();
  Launch();
  client_ = Connect();
  Call();
  ArrivedEmpty();
}

TEST_F(EmptyRequestTest, AfterItHasWaitedForRoom) {
  config_.clusters[0].Edit().connection.max_connections = 1;
  AddEndpoint().set_max_streams(1);
  Start(1);
  StreamLog& first = Call();
  StreamLog& attempt = ArrivedEmpty();
  Call();
  Settle();
  Answer(attempt);
  EXPECT_EQ(Finished(first), "0");
  ArrivedEmpty();
}

}  // namespace
}  // namespace evenkeel::proxy
