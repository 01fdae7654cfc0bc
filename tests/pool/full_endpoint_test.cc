// An endpoint that allows no more streams (MAX_CONCURRENT_STREAMS used up, or lowered to 0).
#include "tests/pool/pool_test.h"

namespace evenkeel::pool {
namespace {

TEST_F(PoolTest, AnEndpointThatAllowsNoStreamsIsFull) {
  endpoint_.set_max_streams(0);
  MakeReadyPool();
  EXPECT_TRUE(pool_->full());
}

TEST_F(PoolTest, AnEndpointIsNotFullWhileAnotherConnectionMayBringRoom) {
  endpoint_.set_max_streams(1);
  settings_.max_connections = 2;
  MakeReadyPool();
  EXPECT_FALSE(pool_->full());
  const auto first = Call();
  EXPECT_FALSE(pool_->full());
  const auto second = Call();
  RunUntil([&] { return second->has_stream(); });
  EXPECT_TRUE(pool_->full());
  RunUntil([&] { return endpoint_.calls().size() == 2; });
  AnswerAll();
  RunUntil([&] { return first->done() && second->done(); });
  EXPECT_FALSE(pool_->full());
}

TEST_F(PoolTest, WhoWaitsAtAFullEndpointIsAskedWhetherItWouldRatherLeave) {
  endpoint_.set_max_streams(0);
  MakeReadyPool();
  const auto stays = Call();
  const auto waits = Call();
  RunUntil([&] { return stays->reminders > 1; });
  EXPECT_EQ(waits->reminders, 0) << "who comes first is asked first";
  stays->leaves = true;
  RunUntil([&] { return waits->reminders > 0; });
}

}  // namespace
}  // namespace evenkeel::pool
