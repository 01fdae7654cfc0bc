#include "lib/telemetry/balancer_metrics.h"

#include <gtest/gtest.h>

#include "tests/lib/telemetry/scrape.h"

namespace evenkeel::telemetry {
namespace {

using Panic = BalancerMetrics::Panic;

TEST(BalancerMetricsTest, HasTheLatestValuesOfEachClusterThatThereIs) {
  BalancerMetrics metrics;
  metrics.Set("users", 1.5, Panic::kYes);
  metrics.Set("users", 1.25, Panic::kNo);
  metrics.Set("carts", 1, Panic::kYes);
  const Scrape both = ScrapeOf(metrics);
  EXPECT_EQ(both.Value(R"(evenkeel_lb_fairness{cluster="users"})"), 1.25);
  EXPECT_EQ(both.Value(R"(evenkeel_lb_panic{cluster="users"})"), 0);
  EXPECT_EQ(both.Value(R"(evenkeel_lb_panic{cluster="carts"})"), 1);
  metrics.Forget("users");
  metrics.Forget("nobody");
  EXPECT_EQ(ScrapeOf(metrics).Count("evenkeel_lb_fairness"), 1u);
  EXPECT_EQ(ScrapeOf(metrics).types().at("evenkeel_lb_panic"), "gauge");
}

}  // namespace
}  // namespace evenkeel::telemetry
