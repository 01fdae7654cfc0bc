// A worker's side of a cluster without any connection: who waits, who is woken, what is counted.
#include "proxy/cluster/cluster.h"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <vector>

#include "balancer/round_robin.h"
#include "lib/telemetry/metrics.h"
#include "tests/lib/net/loop_test.h"
#include "tests/pool/test_endpoint.h"

namespace evenkeel::proxy {
namespace {

using namespace std::chrono_literals;
using WaitFor = Cluster::WaitFor;

class ClusterTest : public ::testing::Test {
 protected:
  struct Waiter : Cluster::Waiter {
    void OnSnapshot() override {
      ++woken;
      if (waits_again) {
        EXPECT_TRUE(waits_again->Wait(*this, WaitFor::kAny));
      }
      if (ends) ends->reset();
    }
    using Cluster::Waiter::StopWaiting;
    using Cluster::Waiter::waits;

    int woken = 0;
    Cluster* waits_again = nullptr;
    std::unique_ptr<Waiter>* ends = nullptr;
  };

  static Cluster::Snapshot Snapshot() {
    return {balancer::RoundRobin(0).MakePicker({}), std::make_shared<const health::Availability>()};
  }

  base::Random random_{1};
  ClusterShared shared_;
  Cluster cluster_{{.name = "users", .hash = {}, .failures = {}, .reports = {}},
                   shared_,
                   {},
                   Snapshot(),
                   random_};
};

TEST_F(ClusterTest, WithoutEndpointsPicksNone) {
  EXPECT_EQ(cluster_.Pick({.path = "/a.B/C", .now = {}, .avoid = {}, .hash_key = {}}), nullptr);
}

TEST_F(ClusterTest, WhereNothingIsExpectedOnlyAnyEndpointIsWaitedFor) {
  Waiter waiter;
  EXPECT_FALSE(cluster_.Wait(waiter, WaitFor::kExpected));
  EXPECT_FALSE(waiter.waits());
  EXPECT_TRUE(cluster_.Wait(waiter, WaitFor::kAny));
  EXPECT_TRUE(waiter.waits());
}

TEST_F(ClusterTest, ANewSnapshotWakesEachWaiterOnce) {
  Waiter one, two;
  cluster_.Wait(one, WaitFor::kAny);
  cluster_.Wait(two, WaitFor::kAny);
  cluster_.SetSnapshot(Snapshot());
  cluster_.SetSnapshot(Snapshot());
  EXPECT_EQ(one.woken, 1);
  EXPECT_EQ(two.woken, 1);
}

TEST_F(ClusterTest, WhoFindsNothingAgainWaitsForTheNextSnapshot) {
  Waiter waiter;
  waiter.waits_again = &cluster_;
  cluster_.Wait(waiter, WaitFor::kAny);
  cluster_.SetSnapshot(Snapshot());
  EXPECT_EQ(waiter.woken, 1);
  cluster_.SetSnapshot(Snapshot());
  EXPECT_EQ(waiter.woken, 2);
}

TEST_F(ClusterTest, AWaiterMayEndAnotherWhileItIsWoken) {
  Waiter first;
  auto second = std::make_unique<Waiter>();
  first.ends = &second;
  cluster_.Wait(first, WaitFor::kAny);
  cluster_.Wait(*second, WaitFor::kAny);
  cluster_.SetSnapshot(Snapshot());
  EXPECT_EQ(second, nullptr);
}

TEST_F(ClusterTest, MoreThanMaxPendingDoNotWait) {
  shared_.limits->pending.set_max(1);
  Waiter one, two;
  EXPECT_TRUE(cluster_.Wait(one, WaitFor::kAny));
  EXPECT_FALSE(cluster_.has_room());
  EXPECT_FALSE(cluster_.Wait(two, WaitFor::kAny));
  one.StopWaiting();
  EXPECT_TRUE(cluster_.Wait(two, WaitFor::kAny));
}

TEST_F(ClusterTest, OnceRetiredNothingWaits) {
  Waiter waiter;
  cluster_.Wait(waiter, WaitFor::kAny);
  cluster_.Retire();
  EXPECT_EQ(waiter.woken, 1);
  EXPECT_FALSE(cluster_.Wait(waiter, WaitFor::kAny));
  EXPECT_NE(cluster_.WhyNone().find("removed"), std::string::npos);
}

TEST_F(ClusterTest, TheBrakesOfACallStayWhenOthersComeByReload) {
  const auto held = cluster_.retry_share();
  ClusterShared other = shared_;
  telemetry::RetryCounters counters;
  other.retries = std::make_shared<RetryState>(counters);
  cluster_.SetSettings({.name = "users", .hash = {}, .failures = {}, .reports = {}}, other);
  EXPECT_EQ(held->state, shared_.retries);
  EXPECT_EQ(cluster_.retry_share()->state, other.retries);
}

class LearnTest : public ClusterTest {
 protected:
  static constexpr telemetry::MethodId kMethod{3};

  LearnTest() {
    cluster_.SetSettings(
        {.name = "users", .hash = {}, .failures = rpc::DefaultFailures(), .reports = {}}, shared_);
    member_->outcomes = std::make_shared<health::OutcomeCounters>(0);
  }
  rpc::Verdict Answered(Cluster::Member& member, base::Duration duration) {
    return cluster_.Learn(
        member, {rpc::StatusCode::kOk, rpc::Origin::kEndpoint, duration, rpc::Cause::kAnswered},
        kMethod, OrdinaryDurations::kNoDeadline);
  }
  rpc::Verdict DeadlineAfter(base::Duration duration) {
    return cluster_.Learn(
        *member_,
        {rpc::StatusCode::kDeadlineExceeded, rpc::Origin::kProxy, duration, rpc::Cause::kDeadline},
        kMethod, duration);
  }

  const base::LocalPtr<Cluster::Member> member_ = base::MakeLocal<Cluster::Member>();
  const base::LocalPtr<Cluster::Member> other_ = base::MakeLocal<Cluster::Member>();
};

TEST_F(LearnTest, DeadlinesCountWhereTheOthersAnswerAllThoseThatWereLetPassAsWell) {
  for (int i = 0; i < 16; ++i) Answered(*other_, 5ms);
  uint32_t misses = 1;
  while (DeadlineAfter(20ms) == rpc::Verdict::kNeutral) ASSERT_LT(++misses, 20u);
  EXPECT_EQ(member_->outcomes->Read().failures, misses);
}

TEST_F(LearnTest, AShortDeadlineOfALongCallSaysNothing) {
  for (int i = 0; i < 16; ++i) Answered(*other_, 500ms);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(DeadlineAfter(20ms), rpc::Verdict::kNeutral);
  EXPECT_EQ(member_->outcomes->Read().failures, 0u);
  for (int i = 0; i < 20; ++i) DeadlineAfter(5s);
  EXPECT_EQ(DeadlineAfter(5s), rpc::Verdict::kFailure);
}

TEST_F(LearnTest, WhereNothingWasAnsweredYetADeadlineSaysNothing) {
  EXPECT_EQ(DeadlineAfter(20ms), rpc::Verdict::kNeutral);
}

// An endpoint that left while calls ran on its pool, and came back with another one.
class RemovedPoolTest : public net::LoopTest {
 protected:
  Cluster::Member& Add() {
    return cluster_.AddMember(
        std::make_unique<pool::Pool>(
            loop_, random_, metrics_.AddWorker(),
            pool::Pool::Target{.endpoint = endpoint_, .id = {}, .addresses = {server_.address()}},
            pool::Pool::Settings{}, cluster_.observer()),
        nullptr);
  }
  void AwaitReports(size_t count) {
    RunUntil([&] { return reports_.size() >= count; });
  }

  telemetry::Metrics metrics_;
  base::Random random_{1};
  pool::TestEndpoint server_{loop_};
  const balancer::EndpointPtr endpoint_ = std::make_shared<balancer::Endpoint>("a:1");
  std::vector<int> reports_;
  Cluster cluster_{{.name = "users", .hash = {}, .failures = {}, .reports = {}},
                   {},
                   {.on_connection = [this](const auto&, int change,
                                            std::string) { reports_.push_back(change); },
                    .on_probe = {},
                    .on_consecutive_failures = {}},
                   {},
                   random_};
};

TEST_F(RemovedPoolTest, ReportsNothingMoreOfTheEndpoint) {
  const base::LocalPtr<Cluster::Member> former(&Add());  // as its attempts hold it
  AwaitReports(1);
  cluster_.RemoveMember(*endpoint_);
  Add();
  AwaitReports(2);
  server_.connections[0]->Destroy();
  RunUntil([&] { return former->pool->state() != pool::Pool::State::kReady; });
  EXPECT_EQ(reports_, (std::vector<int>{1, 1}));
  server_.Die();
  AwaitReports(3);
  EXPECT_EQ(reports_[2], -1) << "its successor's";
}

// The time of one that leaves does not grow with those that stay: 100,000 that leave at once, as at
// a deadline that they share, took minutes when each was searched for.
TEST_F(ClusterTest, AHundredThousandWaitersThatLeaveAtOnceTakeLinearTime) {
  const auto time = [this](size_t count) {
    std::vector<Waiter> waiters(count);
    for (Waiter& each : waiters) cluster_.Wait(each, WaitFor::kAny);
    const auto start = std::chrono::steady_clock::now();
    for (size_t i = count; i > 0; --i) waiters[i - 1].StopWaiting();
    return std::chrono::steady_clock::now() - start;
  };
  const auto small = time(10'000);
  EXPECT_LT(time(100'000), 50 * small + std::chrono::milliseconds(100));
  EXPECT_EQ(shared_.limits->pending.used(), 0u);
}

}  // namespace
}  // namespace evenkeel::proxy
