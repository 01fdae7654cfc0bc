// Cluster::Pick among endpoints that are full: without any call that waits and is moved later.
#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "balancer/round_robin.h"
#include "lib/telemetry/metrics.h"
#include "proxy/cluster/cluster.h"
#include "tests/lib/net/loop_test.h"
#include "tests/pool/test_endpoint.h"

namespace evenkeel::proxy {
namespace {

class PickRoomTest : public net::LoopTest {
 protected:
  /// The cluster has an endpoint for each, which allows so many streams at once.
  void Serve(const std::vector<uint32_t>& max_streams) {
    for (const uint32_t streams : max_streams) {
      servers_.push_back(std::make_unique<pool::TestEndpoint>(loop_));
      servers_.back()->set_max_streams(streams);
      endpoints_.push_back(std::make_shared<balancer::Endpoint>(servers_.back()->name()));
      pool::Pool::Settings settings;
      settings.max_connections = 1;
      cluster_.AddMember(std::make_unique<pool::Pool>(
                             loop_, random_, worker_,
                             pool::Pool::Target{.endpoint = endpoints_.back(),
                                                .id = metrics_.RegisterEndpoint(
                                                    "users", endpoints_.back()->address()),
                                                .addresses = {servers_.back()->address()}},
                             settings, cluster_.observer()),
                         nullptr);
    }
    RunUntil([&] { return ready_ == servers_.size(); });
    cluster_.SetSnapshot({balancer::RoundRobin(0).MakePicker(endpoints_),
                          std::make_shared<const health::Availability>()});
  }
  /// Which endpoint is picked.
  size_t Pick() {
    const Cluster::Member* const member =
        cluster_.Pick({.path = "/a.B/C", .now = {}, .avoid = {}, .hash_key = {}});
    for (size_t i = 0; member != nullptr && i < endpoints_.size(); ++i) {
      if (member == cluster_.Find(*endpoints_[i])) return i;
    }
    return SIZE_MAX;
  }

  telemetry::Metrics metrics_;
  telemetry::WorkerMetrics& worker_ = metrics_.AddWorker();
  base::Random random_{1};
  size_t ready_ = 0;
  std::vector<std::unique_ptr<pool::TestEndpoint>> servers_;
  std::vector<balancer::EndpointPtr> endpoints_;
  ClusterShared shared_;
  Cluster cluster_{
      {.name = "users", .hash = {}, .failures = {}, .reports = {}},
      shared_,
      {.on_connection = [this](const auto&, int change,
                               const std::string&) { ready_ += change > 0 ? 1 : 0; },
       .on_probe = {},
       .on_consecutive_failures = {}},
      {balancer::RoundRobin(0).MakePicker({}), std::make_shared<const health::Availability>()},
      random_};
};

TEST_F(PickRoomTest, PrefersEndpointsThatHaveRoom) {
  Serve({0, 100, 0});
  for (int i = 0; i < 9; ++i) EXPECT_EQ(Pick(), 1u);
}

TEST_F(PickRoomTest, WhereNoneHasRoomOneIsPickedAllTheSame) {
  Serve({0, 0});
  EXPECT_LT(Pick(), 2u);
}

}  // namespace
}  // namespace evenkeel::proxy
