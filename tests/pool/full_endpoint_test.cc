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

TEST_F(PoolTest, ACallThatWaitsBehindAProbeIsAskedAllTheSame) {
  endpoint_.set_max_streams(0);
  MakeReadyPool();
  Caller probe;
  probe.is_call = false;
  pool_->Open(probe);
  const auto waits = Call();
  RunUntil([&] { return waits->reminders > 0; });
  EXPECT_EQ(probe.reminders, 0);
}

TEST_F(PoolTest, CountsWhoWaitsForRoomAndNotWhoWaitsForTheFirstConnection) {
  endpoint_.set_max_streams(1);
  settings_.max_connections = 1;
  MakePool();
  const auto first = Call();
  RunUntil([&] { return first->has_stream(); });
  const auto& counters = *worker_.FindEndpoint(pool_->id());
  EXPECT_EQ(counters.waits.value(), 0u);
  const auto second = Call();
  const auto third = Call();
  third->GiveUp();
  EXPECT_EQ(counters.waits.value(), 2u);
  EXPECT_EQ(counters.waits_ended.value(), 1u);
  RunUntil([&] { return !endpoint_.calls().empty(); });
  AnswerAll();
  RunUntil([&] { return second->has_stream(); });
  EXPECT_EQ(counters.waits_ended.value(), 2u);
}

// Its greetings and farewells would else go on as fast as the loop turns.
TEST_F(PoolTest, BacksOffFromFurtherConnectionsThatEndAtOnce) {
  settings_.backoff.initial = settings_.backoff.max = std::chrono::hours(1);
  settings_.max_connections = 3;
  endpoint_.set_max_streams(1);
  MakeReadyPool();
  const auto served = Call();
  const auto waiting = Call();
  RunUntil([&] { return waiting->has_stream(); });  // a second connection is had at once
  const auto third = Call();
  RunUntil([&] { return third->has_stream(); });
  RunUntil([&] { return endpoint_.calls().size() == 3; });
  endpoint_.connections[2]->Destroy();
  RunUntil([&] { return third->done(); });
  const auto last = Call();
  for (int i = 0; i < 20; ++i) Settle();
  EXPECT_THAT(endpoint_.connections, ::testing::SizeIs(3));
  EXPECT_FALSE(last->has_stream());
  EXPECT_EQ(pool_->state(), Pool::State::kReady);
}

}  // namespace
}  // namespace evenkeel::pool
