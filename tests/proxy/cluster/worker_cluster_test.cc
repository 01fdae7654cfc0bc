// What a worker makes of its spec of a cluster: endpoints to which nothing connects will do.
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
  std::shared_ptr<ClusterSpec> Spec(size_t endpoints) {
    auto spec = std::make_shared<ClusterSpec>();
    spec->settings.name = "users";
    spec->events.on_connection = [](const auto&, int, std::string) {};
    spec->events.on_probe = [](const auto&, health::ProbeReport) {};
    for (size_t i = 0; i < endpoints; ++i) {
      const std::string& address = endpoints_[i]->address();
      EndpointSpec& each = spec->endpoints.emplace_back();
      each.target = {.endpoint = endpoints_[i],
                     .id = metrics_.RegisterEndpoint("users", address),
                     .addresses = {net::SocketAddress::From(*base::Address::Parse(address))}};
    }
    return spec;
  }
  void Make(std::shared_ptr<const ClusterSpec> spec) {
    made_ = std::make_unique<WorkerCluster>(
        WorkerCluster::Context{0, loop_, random_, metrics_.AddWorker()}, std::move(spec),
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
  Make(Spec(3));
  EXPECT_EQ(Members(), 3u);
  EXPECT_EQ(Find(2)->pool->endpoint(), endpoints_[2]);
}

TEST_F(WorkerClusterTest, DoesNotAddAllOfManyInOneTurn) {
  Make(Spec(20));
  EXPECT_EQ(Members(), 16u);
  RunUntil([&] { return Members() == 20; });
}

TEST_F(WorkerClusterTest, WhoLeavesIsRemovedAndTheRestKeepTheirPools) {
  Make(Spec(3));
  const pool::Pool* const kept = Find(1)->pool.get();
  made_->Update(Spec(2));
  EXPECT_EQ(Find(2), nullptr);
  EXPECT_EQ(Find(1)->pool.get(), kept);
}

TEST_F(WorkerClusterTest, WhoComesIsAdded) {
  Make(Spec(1));
  made_->Update(Spec(2));
  EXPECT_EQ(Members(), 2u);
}

TEST_F(WorkerClusterTest, OnlyOneWorkerAsksAnEndpointForItsHealth) {
  auto spec = Spec(2);
  spec->health_check.emplace();
  spec->endpoints[1].asker = 1;
  Make(spec);
  EXPECT_NE(Find(0)->check, nullptr);
  EXPECT_EQ(Find(1)->check, nullptr);
}

TEST_F(WorkerClusterTest, AnotherHealthCheckAsksAnew) {
  Make(Spec(1));
  EXPECT_EQ(Find(0)->check, nullptr);
  auto spec = Spec(1);
  spec->health_check.emplace();
  made_->Update(spec);
  EXPECT_NE(Find(0)->check, nullptr);
}

TEST_F(WorkerClusterTest, HandsOnTheCountersThatThePlanHas) {
  Make(Spec(1));
  auto spec = Spec(1);
  spec->endpoints[0].outcomes = std::make_shared<health::OutcomeCounters>(0);
  made_->Update(spec);
  EXPECT_EQ(Find(0)->outcomes, spec->endpoints[0].outcomes);
}

TEST_F(WorkerClusterTest, ItsEndLeavesACallsClusterWithoutEndpoints) {
  Make(Spec(2));
  const base::LocalPtr<Cluster> held = made_->cluster();
  made_.reset();
  EXPECT_EQ(held->Find(*endpoints_[0]), nullptr);
  EXPECT_NE(held->WhyNone().find("removed"), std::string::npos);
}

}  // namespace
}  // namespace evenkeel::proxy
