// What a worker makes of its plan of a cluster: endpoints to which nothing connects will do.
#include "proxy/cluster/worker_cluster.h"

#include <gtest/gtest.h>

#include "balancer/round_robin.h"
#include "lib/telemetry/metrics.h"
#include "tests/lib/net/loop_test.h"

namespace evenkeel::proxy {
namespace {

class WorkerClusterTest : public net::LoopTest {
 protected:
  explicit WorkerClusterTest() {
    for (int i = 0; i < 20; ++i) {
      endpoints_.push_back(
          std::make_shared<balancer::Endpoint>("127.0.0.1:" + std::to_string(i + 1)));
    }
  }

  /// Of the first so many endpoints.
  std::shared_ptr<ClusterPlan> Plan(size_t endpoints) {
    auto plan = std::make_shared<ClusterPlan>();
    plan->settings.name = "users";
    plan->events.on_connection = [](const auto&, int, std::string) {};
    plan->events.on_probe = [](const auto&, health::ProbeReport) {};
    for (size_t i = 0; i < endpoints; ++i) {
      const std::string& address = endpoints_[i]->address();
      EndpointPlan& each = plan->endpoints.emplace_back();
      each.target = {.endpoint = endpoints_[i],
                     .id = metrics_.RegisterEndpoint("users", address),
                     .addresses = {net::SocketAddress::From(*base::Address::Parse(address))}};
    }
    return plan;
  }
  void Make(std::shared_ptr<const ClusterPlan> plan) {
    made_ = std::make_unique<WorkerCluster>(
        WorkerCluster::Context{0, loop_, random_, metrics_.AddWorker()}, std::move(plan),
        Cluster::Snapshot{balancer::RoundRobin(0).MakePicker({}),
                          std::make_shared<const health::Availability>()});
  }
  Cluster::Member* Find(size_t endpoint) { return made_->cluster()->Find(*endpoints_[endpoint]); }
  size_t Members() {
    size_t count = 0;
    for (size_t i = 0; i < endpoints_.size(); ++i) count += Find(i) != nullptr;
    return count;
  }

  telemetry::Metrics metrics_;
  base::Random random_{1};
  std::vector<balancer::EndpointPtr> endpoints_;
  std::unique_ptr<WorkerCluster> made_;
};

TEST_F(WorkerClusterTest, HasAPoolForEachEndpointOfThePlan) {
  Make(Plan(3));
  EXPECT_EQ(Members(), 3u);
  EXPECT_EQ(Find(2)->pool->endpoint(), endpoints_[2]);
}

TEST_F(WorkerClusterTest, DoesNotAddAllOfManyInOneTurn) {
  Make(Plan(20));
  EXPECT_EQ(Members(), 16u);
  RunUntil([&] { return Members() == 20; });
}

TEST_F(WorkerClusterTest, WhoLeavesIsRemovedAndTheRestKeepTheirPools) {
  Make(Plan(3));
  const pool::Pool* const kept = Find(1)->pool.get();
  made_->Update(Plan(2));
  EXPECT_EQ(Find(2), nullptr);
  EXPECT_EQ(Find(1)->pool.get(), kept);
}

TEST_F(WorkerClusterTest, WhoComesIsAdded) {
  Make(Plan(1));
  made_->Update(Plan(2));
  EXPECT_EQ(Members(), 2u);
}

TEST_F(WorkerClusterTest, OnlyOneWorkerAsksAnEndpointForItsHealth) {
  auto plan = Plan(2);
  plan->health_check.emplace();
  plan->endpoints[1].asker = 1;
  Make(plan);
  EXPECT_NE(Find(0)->check, nullptr);
  EXPECT_EQ(Find(1)->check, nullptr);
}

TEST_F(WorkerClusterTest, AnotherHealthCheckAsksAnew) {
  Make(Plan(1));
  EXPECT_EQ(Find(0)->check, nullptr);
  auto plan = Plan(1);
  plan->health_check.emplace();
  made_->Update(plan);
  EXPECT_NE(Find(0)->check, nullptr);
}

TEST_F(WorkerClusterTest, HandsOnTheCountersThatThePlanHas) {
  Make(Plan(1));
  auto plan = Plan(1);
  plan->endpoints[0].outcomes = std::make_shared<health::OutcomeCounters>(0);
  made_->Update(plan);
  EXPECT_EQ(Find(0)->outcomes, plan->endpoints[0].outcomes);
}

TEST_F(WorkerClusterTest, ItsEndLeavesACallsClusterWithoutEndpoints) {
  Make(Plan(2));
  const base::LocalPtr<Cluster> held = made_->cluster();
  made_.reset();
  EXPECT_EQ(held->Find(*endpoints_[0]), nullptr);
  EXPECT_NE(held->WhyNone().find("removed"), std::string::npos);
}

}  // namespace
}  // namespace evenkeel::proxy
