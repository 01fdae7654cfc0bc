// Calls and endpoints that allow no more streams (MAX_CONCURRENT_STREAMS lowered, even to 0).
#include "tests/proxy/sidecar_test.h"

namespace evenkeel::proxy {
namespace {

using ::testing::Each;

class FullEndpointTest : public SidecarTest {
 protected:
  FullEndpointTest() { config_.clusters[0].Edit().policy = config::RoundRobin{}; }
  std::vector<size_t> EndpointsOf(int calls) {
    std::vector<size_t> endpoints;
    for (int i = 0; i < calls; ++i) {
      StreamLog& call = Call();
      const Arrival arrival = Arrived();
      endpoints.push_back(arrival.endpoint);
      Answer(*arrival.log);
      EXPECT_EQ(Finished(call), "0");
    }
    return endpoints;
  }
};

TEST_F(FullEndpointTest, CallsGoToThoseThatHaveRoom) {
  AddEndpoint().set_max_streams(0);
  Start(2);
  EXPECT_THAT(EndpointsOf(6), Each(1u));
}

TEST_F(FullEndpointTest, ACallThatWaitsGoesOnWhereThereIsRoomFirst) {
  config_.clusters[0].Edit().connection.max_connections = 1;
  AddEndpoint().set_max_streams(0);
  AddEndpoint().set_max_streams(1);
  Start(2);
  StreamLog& first = Call();
  const Arrival holds = Arrived();
  EXPECT_EQ(holds.endpoint, 1u);
  StreamLog& second = Call();
  StreamLog& third = Call();
  EXPECT_TRUE(NothingArrives());
  Answer(*holds.log);
  EXPECT_EQ(Finished(first), "0");
  for (int i = 0; i < 2; ++i) {
    const Arrival next = Arrived();
    EXPECT_EQ(next.endpoint, 1u);
    Answer(*next.log);
  }
  EXPECT_EQ(Finished(second), "0");
  EXPECT_EQ(Finished(third), "0");
}

TEST_F(FullEndpointTest, WaitingAtOneUntilTheDeadlineIsHeldAgainstIt) {
  config_.clusters[0].Edit().outlier_detection.emplace();
  AddEndpoint().set_max_streams(0);
  Start(1);
  StreamLog& call = Call(EndStream::kYes, With(GrpcRequest(), "grpc-timeout", "50m"));
  EXPECT_EQ(Finished(call), "4");
  RunUntil([&] { return server_->Clusters()[0].endpoints[0].health.failures == 1; });
}

}  // namespace
}  // namespace evenkeel::proxy
