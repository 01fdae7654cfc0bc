#include "tests/pool/pool_test.h"

namespace evenkeel::pool {
namespace {

using http2::EndStream;
using http2::ErrorCode;
using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

TEST_F(PoolTest, OtherWindowsReplaceItsConnectionWhenTheNextOneWorks) {
  MakeReadyPool();
  const auto old = Call();
  RunUntil([&] { return !endpoint_.calls().empty(); });
  settings_.connection.http2.stream_window = 32 * 1024;
  pool_->SetSettings(settings_);
  EXPECT_EQ(pool_->state(), Pool::State::kReady);
  RunUntil(
      [&] { return endpoint_.connections.size() == 2 && endpoint_.connections[0]->goaways > 0; });
  const auto next = Call();
  RunUntil([&] { return endpoint_.connections[1]->streams.size() == 1; });
  AnswerAll();
  RunUntil([&] { return old->done() && next->done() && pool_->connection_count() == 1; });
  EXPECT_THAT(changes_, ElementsAre("ready: connected"));
}

TEST_F(PoolTest, OtherWindowsLeaveItsConnectionWhileTheNextOneFails) {
  MakeReadyPool();
  endpoint_.StopListening();
  settings_.connection.http2.stream_window = 32 * 1024;
  pool_->SetSettings(settings_);
  RunUntil([&] { return ConnectFailures(telemetry::ConnectFailure::kRefused) > 1; });
  const auto caller = Call();
  RunUntil([&] { return !endpoint_.calls().empty(); });
  AnswerAll();
  RunUntil([&] { return caller->done(); });
  EXPECT_EQ(pool_->state(), Pool::State::kReady);
}

TEST_F(PoolTest, OtherBackoffIsNoReasonToReconnect) {
  MakeReadyPool();
  settings_.backoff.max = milliseconds(15);
  settings_.max_connections = 3;
  pool_->SetSettings(settings_);
  Settle();
  EXPECT_THAT(endpoint_.connections, SizeIs(1));
}

TEST_F(PoolTest, RetiredFinishesItsStreamsAndOpensNoMore) {
  MakeReadyPool();
  const auto running = Call();
  RunUntil([&] { return !endpoint_.calls().empty(); });
  pool_->Retire();
  AnswerAll();
  RunUntil([&] { return running->done(); });
  endpoint_.Die();
  RunUntil([&] { return pool_->connection_count() == 0; });
  Settle();
  EXPECT_EQ(pool_->connection_count(), 0u) << "nobody wants a connection to it";
}

TEST_F(PoolTest, RetiredTellsThoseWhoWait) {
  endpoint_.HangAfterAccept();
  MakePool();
  const auto waiting = Call();
  pool_->Retire();
  EXPECT_THAT(waiting->unavailable, ElementsAre("the endpoint was removed"));
  const auto late = Call();
  EXPECT_THAT(late->unavailable, ElementsAre("the endpoint was removed"));
}

TEST_F(PoolTest, AConnectionThatEndsWithItCountsAsClosedByUs) {
  MakeReadyPool();
  const telemetry::EndpointId id = pool_->id();
  pool_.reset();
  EXPECT_EQ(worker_.FindEndpoint(id)
                ->connections_closed[static_cast<size_t>(telemetry::CloseReason::kOurs)]
                .value(),
            1u);
}

TEST_F(PoolTest, ConnectsFromTheStart) {
  MakePool();
  EXPECT_EQ(pool_->state(), Pool::State::kConnecting);
  EXPECT_EQ(pool_->connection_count(), 1u);
  RunUntil([&] { return pool_->state() == Pool::State::kReady; });
  EXPECT_THAT(changes_, ElementsAre("ready: connected"));
  EXPECT_THAT(endpoint_.connections, SizeIs(1));
}

TEST_F(PoolTest, OpensAStreamAtOnceWhereThereIsRoom) {
  MakeReadyPool();
  const auto caller = Call();
  EXPECT_TRUE(caller->has_stream());
  RunUntil([&] { return !endpoint_.calls().empty(); });
  Answer(*endpoint_.calls()[0]);
  RunUntil([&] { return caller->done(); });
  EXPECT_EQ(caller->log.events.back(), "closed by both: NO_ERROR");
}

TEST_F(PoolTest, ACallWaitsForTheFirstConnection) {
  MakePool();
  const auto caller = Call();
  EXPECT_FALSE(caller->has_stream());
  RunUntil([&] { return caller->has_stream(); });
}

TEST_F(PoolTest, UsesOneConnectionAsLongAsItHasRoom) {
  MakeReadyPool();
  std::vector<std::unique_ptr<Caller>> callers;
  for (int i = 0; i < 100; ++i) callers.push_back(Call());
  RunUntil([&] { return endpoint_.calls().size() == 100; });
  EXPECT_EQ(pool_->connection_count(), 1u);
}

TEST_F(PoolTest, GrowsUpToItsLimitWhilePeersAllowOneStreamEach) {
  endpoint_.set_max_streams(1);
  settings_.max_connections = 3;
  MakeReadyPool();
  std::vector<std::unique_ptr<Caller>> callers;
  for (int i = 0; i < 5; ++i) callers.push_back(Call());
  RunUntil([&] { return endpoint_.calls().size() == 3; });
  Settle();
  EXPECT_EQ(pool_->connection_count(), 3u);
  EXPECT_THAT(endpoint_.connections, SizeIs(3));
  RunUntil([&] {
    AnswerAll();
    return std::ranges::all_of(callers, [](auto& each) { return each->done(); });
  });
  EXPECT_THAT(endpoint_.connections, SizeIs(3));
}

TEST_F(PoolTest, ServesWaitersInTheirOrder) {
  endpoint_.set_max_streams(1);
  settings_.max_connections = 1;
  MakeReadyPool();
  std::vector<std::unique_ptr<Caller>> callers;
  for (const char* each : {"a", "b", "c", "d"}) callers.push_back(Call(each));
  callers.erase(callers.begin() + 2);  // one that waits gives up
  for (size_t calls = 1; calls <= 3; ++calls) {
    RunUntil([&] { return endpoint_.calls().size() == calls; });
    AnswerAll();
  }
  std::vector<std::string> names;
  for (const http2::StreamLog* each : endpoint_.calls()) {
    names.push_back(each->headers.back().value);
  }
  EXPECT_THAT(names, ElementsAre("a", "b", "d"));
}

TEST_F(PoolTest, NobodyOvertakesThoseWhoWait) {
  endpoint_.set_max_streams(1);
  settings_.max_connections = 1;
  MakeReadyPool();
  auto first = Call();
  const auto second = Call();
  first.reset();  // its stream is given back with the next output
  const auto third = Call();
  EXPECT_FALSE(third->has_stream());
  RunUntil([&] { return second->has_stream(); });
  EXPECT_FALSE(third->has_stream());
}

TEST_F(PoolTest, WhoGivesUpHearsNothingMore) {
  MakePool();
  const auto gives_up = Call();
  const auto waits = Call();
  gives_up->GiveUp();
  gives_up->GiveUp();
  RunUntil([&] { return waits->has_stream(); });
  EXPECT_FALSE(gives_up->has_stream());
  pool_.reset();
  EXPECT_THAT(gives_up->unavailable, IsEmpty());
}

TEST_F(PoolTest, RefusesCallsBeyondThePendingLimit) {
  limits_->pending.set_max(2);
  MakePool();
  const auto first = Call();
  const auto second = Call();
  const auto third = Call();
  EXPECT_THAT(third->unavailable, ElementsAre("too many calls are waiting for a connection"));
  RunUntil([&] { return first->has_stream() && second->has_stream(); });
}

TEST_F(PoolTest, ReplacesAConnectionThatHasNoMoreStreamIds) {
  settings_.max_connections = 1;
  settings_.connection.http2.first_stream = http2::kMaxStreamId - 2;
  MakeReadyPool();
  const auto first = Call();
  const auto last = Call();
  const auto next = Call();
  RunUntil([&] { return endpoint_.calls().size() == 2; });
  AnswerAll();
  RunUntil([&] { return first->done() && last->done() && next->has_stream(); });
}

TEST_F(PoolTest, ReplacesAConnectionThatGotGoAwayAndServesTheWaiters) {
  endpoint_.set_max_streams(1);
  settings_.max_connections = 1;
  MakeReadyPool();
  const auto accepted = Call("accepted");
  const auto waiting = Call("waiting");
  RunUntil([&] { return endpoint_.calls().size() == 1; });
  endpoint_.connections[0]->session().SubmitGoAway(ErrorCode::kNoError, "");
  RunUntil([&] { return endpoint_.calls().size() == 2; });
  EXPECT_THAT(endpoint_.connections, SizeIs(2));
  EXPECT_THAT(changes_, ElementsAre("ready: connected"));
  AnswerAll();
  RunUntil([&] { return accepted->done() && waiting->done(); });
  EXPECT_EQ(accepted->log.events.back(), "closed by both: NO_ERROR");
  RunUntil([&] { return pool_->connection_count() == 1; });
}

TEST_F(PoolTest, TellsWaitersThatNobodyListens) {
  endpoint_.StopListening();
  MakePool();
  const auto caller = Call();
  RunUntil([&] { return !caller->unavailable.empty(); });
  EXPECT_THAT(caller->unavailable, ElementsAre("Connection refused"));
  EXPECT_EQ(pool_->state(), Pool::State::kFailing);
  EXPECT_THAT(changes_, IsEmpty());  // it never was ready
  EXPECT_EQ(ConnectFailures(telemetry::ConnectFailure::kRefused), 1u);
}

TEST_F(PoolTest, RefusesAtOnceWhileItBacksOff) {
  settings_.backoff.initial = settings_.backoff.max = std::chrono::hours(1);
  endpoint_.StopListening();
  MakePool();
  RunUntil([&] { return pool_->state() == Pool::State::kFailing; });
  EXPECT_THAT(Call()->unavailable, ElementsAre("Connection refused"));
}

TEST_F(PoolTest, ConnectsAgainByItselfAndStartsOver) {
  endpoint_.StopListening();
  MakePool();
  RunUntil([&] { return ConnectFailures(telemetry::ConnectFailure::kRefused) >= 4; });
  endpoint_.ListenAgain();
  RunUntil([&] { return pool_->state() == Pool::State::kReady; });
  EXPECT_TRUE(Call()->has_stream());
}

TEST_F(PoolTest, TellsStreamsAndObserverThatItsConnectionBroke) {
  MakeReadyPool();
  const auto caller = Call();
  RunUntil([&] { return endpoint_.calls().size() == 1; });
  endpoint_.Die();
  RunUntil([&] { return pool_->state() == Pool::State::kFailing; });
  EXPECT_THAT(caller->log.events, ElementsAre(StartsWith("closed by connection: ")));
  ASSERT_THAT(changes_, SizeIs(2));
  EXPECT_THAT(changes_[1], StartsWith("not ready: "));
  EXPECT_NE(pool_->last_failure(), "");
  EXPECT_THAT(failings_, Not(IsEmpty()));
}

TEST_F(PoolTest, TellsItsObserverOfAnotherReasonToFail) {
  settings_.connection.connect_timeout = milliseconds(50);
  endpoint_.StopListening();
  MakePool();
  RunUntil([&] { return ConnectFailures(telemetry::ConnectFailure::kRefused) >= 3; });
  EXPECT_THAT(failings_, ElementsAre("Connection refused")) << "once";
  endpoint_.HangAfterAccept();
  endpoint_.ListenAgain();
  RunUntil([&] { return failings_.size() > 1; });
  ASSERT_THAT(failings_, SizeIs(2));
  EXPECT_THAT(failings_[1], HasSubstr("no HTTP/2 SETTINGS"));
}

TEST_F(PoolTest, StaysReadyWhenOneOfTwoConnectionsBreaks) {
  endpoint_.set_max_streams(1);
  MakeReadyPool();
  const auto first = Call();
  const auto second = Call();
  RunUntil([&] { return endpoint_.calls().size() == 2; });
  endpoint_.connections[0]->Destroy();
  RunUntil([&] { return first->log.stream->closed(); });
  EXPECT_EQ(pool_->state(), Pool::State::kReady);
  EXPECT_FALSE(second->log.stream->closed());
}

TEST_F(PoolTest, BacksOffFromConnectionsItWouldLikeButCannotGet) {
  settings_.backoff.initial = settings_.backoff.max = std::chrono::hours(1);
  endpoint_.set_max_streams(1);
  MakeReadyPool();
  endpoint_.StopListening();
  const auto served = Call();
  const auto waiting = Call();
  RunUntil([&] { return ConnectFailures(telemetry::ConnectFailure::kRefused) > 0; });
  for (int i = 0; i < 20; ++i) Settle();
  EXPECT_EQ(ConnectFailures(telemetry::ConnectFailure::kRefused), 1u);
  EXPECT_EQ(pool_->state(), Pool::State::kReady);
  AnswerAll();
  RunUntil([&] { return served->done(); });
  RunUntil([&] { return waiting->has_stream(); });  // by the room on the one it has
}

TEST_F(PoolTest, GivesUpOnAPeerThatAcceptsAndSaysNothing) {
  settings_.connection.connect_timeout = milliseconds(20);
  settings_.backoff.initial = settings_.backoff.max = std::chrono::hours(1);
  endpoint_.HangAfterAccept();
  MakePool();
  const auto caller = Call();
  RunUntil([&] { return !caller->unavailable.empty(); });
  EXPECT_THAT(caller->unavailable, ElementsAre("connected, but no HTTP/2 SETTINGS came in time"));
  EXPECT_EQ(ConnectFailures(telemetry::ConnectFailure::kTimedOut), 1u);
}

TEST_F(PoolTest, TriesEveryAddressBeforeItGivesUp) {
  TestEndpoint dead(loop_);
  dead.StopListening();
  settings_.backoff.initial = settings_.backoff.max = std::chrono::hours(1);
  MakePool({dead.address(), endpoint_.address()});
  const auto caller = Call();
  RunUntil([&] { return caller->has_stream(); });
  EXPECT_THAT(caller->unavailable, IsEmpty());
}

TEST_F(PoolTest, TellsWaitersWhenItIsRemoved) {
  MakePool();
  const auto caller = Call();
  pool_.reset();
  EXPECT_THAT(caller->unavailable, ElementsAre("the endpoint was removed"));
}

TEST_F(PoolTest, HandlesOutliveThePool) {
  MakeReadyPool();
  const auto caller = Call();
  pool_.reset();
  EXPECT_TRUE(caller->done());
  Settle();
}

TEST_F(PoolTest, CountsConnectionsThatOpenAndClose) {
  MakeReadyPool();
  const auto caller = Call();
  RunUntil([&] { return endpoint_.calls().size() == 1; });
  endpoint_.connections[0]->session().SubmitGoAway(ErrorCode::kNoError, "");
  AnswerAll();
  const auto& counters = *worker_.FindEndpoint(pool_->id());
  const auto& closed = counters.connections_closed;
  RunUntil([&] {
    return closed[static_cast<size_t>(telemetry::CloseReason::kGoawayNoError)].value() == 1;
  });
  RunUntil([&] { return counters.connections_opened.value() == 2; });
}

TEST_F(PoolTest, TheClustersPendingLimitHoldsForAllItsEndpoints) {
  cluster_limits_->pending.set_max(2);
  const base::Permit elsewhere(cluster_limits_->pending);
  MakePool();
  const auto first = Call();
  const auto second = Call();
  EXPECT_THAT(second->unavailable, SizeIs(1));
  RunUntil([&] { return first->has_stream(); });
  EXPECT_EQ(cluster_limits_->pending.used(), 1u);
  EXPECT_EQ(limits_->pending.used(), 0u);
}

TEST_F(PoolTest, OpensNoMoreConnectionsThanTheLimitAllowsButItsFirst) {
  endpoint_.set_max_streams(1);
  limits_->connections.set_max(1);
  const base::Permit elsewhere(limits_->connections);  // another worker's
  MakeReadyPool();
  EXPECT_EQ(limits_->connections.used(), 2u);
  const auto first = Call();
  const auto second = Call();
  Settle();
  EXPECT_FALSE(second->has_stream());
  EXPECT_EQ(pool_->connection_count(), 1u);
  pool_.reset();
  EXPECT_EQ(limits_->connections.used(), 1u);
}

// Property: whatever happens, each waiter hears exactly once, and every stream ends.
TEST_F(PoolTest, EveryCallerHearsExactlyOnce) {
  endpoint_.set_max_streams(2);
  settings_.max_connections = 2;
  limits_->pending.set_max(10);
  MakePool();
  std::vector<std::unique_ptr<Caller>> callers;
  for (int step = 0; step < 600; ++step) {
    switch (random_.Below(8)) {
      case 0:
      case 1:
      case 2:
        callers.push_back(Call());
        break;
      case 3:
        AnswerAll();
        break;
      case 4:
        if (!callers.empty())
          callers.erase(callers.begin() + static_cast<ptrdiff_t>(random_.Below(callers.size())));
        break;
      case 5:
        if (!endpoint_.connections.empty() && random_.Below(4) == 0) {
          endpoint_.connections.erase(endpoint_.connections.begin());
        }
        break;
      case 6:
        for (const auto& each : endpoint_.connections) {
          if (random_.Below(4) == 0) each->session().SubmitGoAway(ErrorCode::kNoError, "");
        }
        break;
      default:
        Settle();
    }
    for (const auto& each : callers) {
      ASSERT_LE(each->unavailable.size() + (each->has_stream() ? 1 : 0), 1u) << "step " << step;
    }
  }
  RunUntil([&] {
    AnswerAll();
    return std::ranges::all_of(
        callers, [](auto& each) { return each->done() || each->unavailable.size() == 1; });
  });
}

TEST_F(PoolTest, AnEndpointThatSaysGoodbyeAtOnceIsTriedWithGrowingDelays) {
  settings_.backoff = {
      .initial = milliseconds(10), .max = std::chrono::seconds(10), .multiplier = 2, .jitter = 0};
  MakePool();
  std::vector<base::Time> greeted;
  for (size_t i = 0; i < 5; ++i) {
    RunUntil([&] { return endpoint_.connections.size() == i + 1; });
    RunUntil([&] { return pool_->state() == Pool::State::kReady; });
    greeted.push_back(loop_.Now());
    endpoint_.connections[i]->Destroy();
    RunUntil([&] { return pool_->state() == Pool::State::kFailing; });
  }
  EXPECT_GE(greeted[4] - greeted[3], milliseconds(50));
}

}  // namespace
}  // namespace evenkeel::pool
