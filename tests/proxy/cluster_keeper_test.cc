// Main's side of a cluster under other configurations; with workers, in reload_test.cc.
#include "proxy/cluster_keeper.h"

#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

#include "tests/net/loop_test.h"

namespace evenkeel::proxy {
namespace {

class ClusterKeeperTest : public net::LoopTest, private ClusterKeeper::Owner {
 protected:
  ClusterKeeperTest() {
    config_.name = "users";
    config_.retry_throttling.emplace();
    keeper_ = std::make_shared<ClusterKeeper>(
        ClusterId{1}, config_, std::vector<discovery::ResolvedEndpoint>{},
        ClusterKeeper::Context{loop_, random_, metrics_, log_, 1, *this});
  }

  config::Cluster config_;
  base::Random random_{1};
  std::ostringstream log_text_;
  telemetry::Log log_{telemetry::LogLevel::kInfo, telemetry::LogFormat::kText, log_text_};
  telemetry::Metrics metrics_;
  std::shared_ptr<ClusterKeeper> keeper_;

 private:
  void OnPictureChanged(ClusterKeeper&) override {}
  void OnPlanChanged(ClusterKeeper&) override {}
};

TEST_F(ClusterKeeperTest, AThousandOtherRetryBrakesLeaveNothingBehind) {
  std::vector<std::weak_ptr<RetryState>> former;
  for (uint32_t i = 0; i < 1000; ++i) {
    former.push_back(keeper_->plan()->settings.retries);
    config_.retry_throttling->max_tokens = 10 + i % 2;
    config_.retry_budget->percent = 10 + i % 3;
    keeper_->Update(config_, {});
  }
  keeper_->plan();
  for (size_t i = 0; i < former.size(); ++i) EXPECT_TRUE(former[i].expired()) << i;
}

TEST_F(ClusterKeeperTest, TheSameRetryBrakesKeepTheirState) {
  const auto before = keeper_->plan()->settings.retries;
  config_.max_pending_calls = 7;
  keeper_->Update(config_, {});
  EXPECT_EQ(keeper_->plan()->settings.retries, before);
}

TEST_F(ClusterKeeperTest, PicturesOfThousandsLeaveMainTimeBetweenThem) {
  std::vector<discovery::ResolvedEndpoint> endpoints;
  for (int i = 0; i < 1000; ++i) endpoints.push_back({"endpoint-" + std::to_string(i), {}, {}});
  keeper_->SetEndpoints(std::vector(endpoints.begin(), endpoints.begin() + 3));
  keeper_->picture();
  EXPECT_LE(keeper_->picture_due(), loop_.Now()) << "a few are pictured at each change";
  keeper_->SetEndpoints(endpoints);
  keeper_->picture();
  EXPECT_EQ(keeper_->picture_due() - loop_.Now(), std::chrono::milliseconds(10));
}

}  // namespace
}  // namespace evenkeel::proxy
