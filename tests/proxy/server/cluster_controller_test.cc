// Main's side of a cluster under other configurations; with workers, in reload_test.cc.
#include "proxy/server/cluster_controller.h"

#include <gtest/gtest.h>

#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "tests/lib/net/loop_test.h"

namespace evenkeel::proxy {
namespace {

class ClusterControllerTest : public net::LoopTest, private ClusterController::Owner {
 protected:
  ClusterControllerTest() {
    config_.name = "users";
    config_.retry_throttling.emplace();
    controller_ = std::make_shared<ClusterController>(
        ClusterId{1}, config_,
        ClusterController::Context{loop_, random_, metrics_, log_, 1, 0, transports_, *this});
  }

  config::Cluster config_;
  base::Random random_{1};
  std::ostringstream log_text_;
  telemetry::Log log_{telemetry::LogLevel::kInfo, telemetry::LogFormat::kText, log_text_};
  telemetry::Metrics metrics_;
  EndpointTransports transports_;
  std::shared_ptr<ClusterController> controller_;

 private:
  void OnSnapshotChanged(ClusterController&) override {}
  void OnPlanChanged(ClusterController&) override {}
};

TEST_F(ClusterControllerTest, AThousandOtherRetryBrakesLeaveNothingBehind) {
  std::vector<std::weak_ptr<RetryState>> former;
  for (uint32_t i = 0; i < 1000; ++i) {
    former.push_back(controller_->spec()->shared.retries);
    config_.retry_throttling->max_tokens = 10 + i % 2;
    config_.retry_budget->percent = 10 + i % 3;
    controller_->Update(config_);
  }
  controller_->spec();
  for (size_t i = 0; i < former.size(); ++i) EXPECT_TRUE(former[i].expired()) << i;
}

TEST_F(ClusterControllerTest, TheSameRetryBrakesKeepTheirState) {
  const auto before = controller_->spec()->shared.retries;
  config_.max_pending_calls = 7;
  controller_->Update(config_);
  EXPECT_EQ(controller_->spec()->shared.retries, before);
}

TEST_F(ClusterControllerTest, AnotherSubsetSizeIsTakenAtOnce) {
  std::vector<discovery::ResolvedEndpoint> endpoints;
  for (int i = 0; i < 10; ++i) endpoints.push_back({"endpoint-" + std::to_string(i), {}, {}});
  controller_->SetEndpoints(endpoints);
  EXPECT_EQ(controller_->spec()->endpoints.size(), 10u);
  for (const uint32_t size : {2u, 5u, 0u}) {
    config_.balancing.subset_size = size;
    controller_->Update(config_);
    EXPECT_EQ(controller_->spec()->endpoints.size(), size == 0 ? 10u : size);
  }
}

// A worker may tell of a connection's end when main has left the endpoint out and taken it back.
TEST_F(ClusterControllerTest, AnEndpointThatIsBackInTheSubsetHearsNothingOfItsFormerConnections) {
  config_.health_check.reset();
  controller_->Update(config_);
  controller_->SetEndpoints({{"a", {}, {}}, {"b", {}, {}}});
  const auto former = controller_->spec();
  for (const auto& each : former->endpoints) {
    former->events.on_connection(each.target.endpoint, +1, "connected");
  }
  loop_.RunOnce();
  for (const uint32_t size : {1u, 0u}) {
    config_.balancing.subset_size = size;
    controller_->Update(config_);
  }
  for (const auto& each : former->endpoints) {
    former->events.on_connection(each.target.endpoint, -1, "connection lost");
  }
  loop_.RunOnce();
  const auto now = controller_->spec();
  ASSERT_EQ(now->endpoints.size(), 2u);
  for (const auto& each : now->endpoints) {
    now->events.on_connection(each.target.endpoint, +1, "connected");
  }
  loop_.RunOnce();
  for (const auto& each : now->endpoints) {
    EXPECT_TRUE(controller_->endpoints().IsEligible(*each.target.endpoint));
  }
}

TEST_F(ClusterControllerTest, LimitsSayWhatIsUsedAndWhatIsLeft) {
  config_.limits.max_calls = 50;
  config_.retry_throttling->max_tokens = 10;
  controller_->Update(config_);
  std::map<std::string_view, std::pair<double, double>> limits;
  for (const auto& each : controller_->Limits()) limits[each.name] = {each.used, each.max};
  EXPECT_EQ(limits.at("calls"), std::pair(0.0, 50.0));
  EXPECT_EQ(limits.at("pending_calls"), std::pair(0.0, 1024.0));
  EXPECT_EQ(limits.at("retry_tokens"), std::pair(10.0, 10.0));
  EXPECT_EQ(limits.at("retry_budget"), std::pair(100.0, 100.0));
}

TEST_F(ClusterControllerTest, SnapshotsOfThousandsLeaveMainTimeBetweenThem) {
  std::vector<discovery::ResolvedEndpoint> endpoints;
  for (int i = 0; i < 1000; ++i) endpoints.push_back({"endpoint-" + std::to_string(i), {}, {}});
  controller_->SetEndpoints(std::vector(endpoints.begin(), endpoints.begin() + 3));
  controller_->snapshot();
  EXPECT_LE(controller_->snapshot_due(), loop_.Now()) << "a few are told at each change";
  controller_->SetEndpoints(endpoints);
  controller_->snapshot();
  EXPECT_EQ(controller_->snapshot_due() - loop_.Now(), std::chrono::milliseconds(10));
}

}  // namespace
}  // namespace evenkeel::proxy
