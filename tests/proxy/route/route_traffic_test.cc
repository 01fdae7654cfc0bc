#include "proxy/route/route_traffic.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "proxy/route/access_rules.h"
#include "proxy/route/rate_limits.h"

namespace evenkeel::proxy {
namespace {

class RouteTrafficTest : public ::testing::Test {
 protected:
  RouteTraffic Traffic() const {
    const auto place_of = [](const std::string& cluster) {
      return cluster == "users" ? 0U : cluster == "canary" ? 1U : 2U;
    };
    std::shared_ptr<RateLimit> limit;
    if (config_.rate_limit) limit = RateLimits(0).Of("", *config_.rate_limit, base::Time());
    return RouteTraffic(config_, place_of, std::move(limit), access_);
  }

  config::RouteTraffic config_;
  std::shared_ptr<const AccessRules> access_;  // null: every call may be made
  base::Random random_{1};
};

TEST_F(RouteTrafficTest, WithoutSplitAllCallsGoToOneCluster) {
  EXPECT_EQ(Traffic().Draw(1, random_), 1u);
}

TEST_F(RouteTrafficTest, ASplitDrawsByWeight) {
  config_.split = {{"users", 9}, {"canary", 1}};
  const RouteTraffic traffic = Traffic();
  int canary = 0;
  for (int i = 0; i < 10'000; ++i) canary += traffic.Draw(2, random_) == 1;
  EXPECT_NEAR(canary, 1'000, 150);
}

TEST_F(RouteTrafficTest, APartWithoutWeightGetsNoCall) {
  config_.split = {{"users", 0}, {"canary", 1}};
  const RouteTraffic traffic = Traffic();
  for (int i = 0; i < 1'000; ++i) EXPECT_EQ(traffic.Draw(2, random_), 1u);
}

TEST_F(RouteTrafficTest, ARouteWithNothingHasTheGatesOfEveryCall) {
  const RouteTraffic traffic;
  ASSERT_EQ(traffic.stages.size(), 2u);
  EXPECT_TRUE(std::holds_alternative<MemoryGate>(traffic.stages[0]));
  EXPECT_TRUE(std::holds_alternative<ClusterGate>(traffic.stages[1]));
}

TEST_F(RouteTrafficTest, StagesStandInTheOrderInWhichCallsTakeThem) {
  config_.rate_limit = config::RateLimit{};
  config_.rate_limit->calls = 1;
  config_.rate_limit->per = std::chrono::seconds(1);
  config_.fault = config::Fault{.metadata = {}, .delay = {}, .abort = {}};
  config_.request_headers.remove = {"x-gone"};
  config_.mirror = {"shadow", 50};
  telemetry::AccessMetrics metrics;
  config::Authorization rules;
  rules.deny.emplace_back().name = "all";
  access_ = AccessRules::Make(rules, "127.0.0.1:1", metrics);
  const RouteTraffic traffic = Traffic();
  ASSERT_EQ(traffic.stages.size(), std::variant_size_v<Stage>);
  for (size_t i = 0; i < traffic.stages.size(); ++i) EXPECT_EQ(traffic.stages[i].index(), i);
  EXPECT_EQ(std::get<MirrorStage>(traffic.stages.back()).cluster, 2u);
}

}  // namespace
}  // namespace evenkeel::proxy
