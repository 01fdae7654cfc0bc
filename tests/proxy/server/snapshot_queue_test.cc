#include "proxy/server/snapshot_queue.h"

#include <gmock/gmock.h>

#include <sstream>
#include <string>
#include <vector>

#include "tests/lib/net/loop_test.h"

namespace evenkeel::proxy {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class SnapshotQueueTest : public net::LoopTest, private ClusterController::Owner {
 protected:
  /// A cluster that has told its snapshot just now; 500 endpoints and more wait with the next.
  std::shared_ptr<ClusterController> Cluster(uint64_t id, size_t endpoints) {
    config::Cluster config;
    config.name = "cluster-" + std::to_string(id);
    auto cluster = std::make_shared<ClusterController>(
        ClusterId{id}, config,
        ClusterController::Context{loop_, random_, metrics_, log_, 1, 0, transports_, *this});
    std::vector<discovery::ResolvedEndpoint> resolved;
    for (size_t i = 0; i < endpoints; ++i) {
      resolved.push_back({"endpoint-" + std::to_string(i), {}, {}});
    }
    cluster->SetEndpoints(std::move(resolved));
    cluster->snapshot();
    return cluster;
  }

  base::Random random_{1};
  std::ostringstream log_text_;
  telemetry::Log log_{telemetry::LogLevel::kError, telemetry::LogFormat::kText, log_text_};
  telemetry::Metrics metrics_;
  EndpointTransports transports_;
  std::vector<std::string> given_;
  int rounds_ = 0;
  SnapshotQueue queue_{loop_,
                       [this](ClusterController& cluster) { given_.push_back(cluster.name()); },
                       [this] { ++rounds_; }};

 private:
  void OnSnapshotChanged(ClusterController&) override {}
  void OnPlanChanged(ClusterController&) override {}
};

TEST_F(SnapshotQueueTest, ManyChangesOfATurnCostOne) {
  const auto cluster = Cluster(1, 3);
  for (int i = 0; i < 100; ++i) queue_.Add(*cluster);
  EXPECT_THAT(given_, IsEmpty());
  RunUntil([&] { return rounds_ > 0; });
  EXPECT_THAT(given_, ElementsAre("cluster-1"));
}

// A machine that stands still for some ms may have one of them due at the end of the turn already,
// or both at once, but not time and again. A timer for the later one may be a little early.
TEST_F(SnapshotQueueTest, EachGetsItsOwnWhenItIsDue) {
  const auto small = Cluster(1, 500);    // 5 ms
  const auto large = Cluster(2, 5'000);  // 50 ms
  bool alone = false;
  for (int i = 0; i < 20 && !alone; ++i) {
    large->snapshot();
    small->snapshot();
    given_.clear();
    rounds_ = 0;
    queue_.Add(*small);
    queue_.Add(*large);
    RunUntil([&] { return !given_.empty(); });
    alone = rounds_ == 2 && loop_.Now() < large->snapshot_due() - std::chrono::milliseconds(20);
    EXPECT_EQ(given_[0], "cluster-1");
    RunUntil([&] { return given_.size() == 2; });
  }
  EXPECT_TRUE(alone);
}

TEST_F(SnapshotQueueTest, ARemovedClusterIsLetGoAtOnce) {
  auto stays = Cluster(1, 1'000);
  auto removed = Cluster(2, 1'000);
  queue_.Add(*stays);
  queue_.Add(*removed);
  const std::weak_ptr<ClusterController> watched = removed;
  removed.reset();
  EXPECT_FALSE(watched.expired());
  queue_.KeepOnly({stays});
  EXPECT_TRUE(watched.expired()) << "its source would tell the workers of other endpoints";
  RunUntil([&] { return !given_.empty(); });
  EXPECT_THAT(given_, ElementsAre("cluster-1"));
}

}  // namespace
}  // namespace evenkeel::proxy
