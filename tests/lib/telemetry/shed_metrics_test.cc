#include "lib/telemetry/shed_metrics.h"

#include <gtest/gtest.h>

#include "tests/lib/telemetry/scrape.h"

namespace evenkeel::telemetry {
namespace {

TEST(ShedMetricsTest, ExportsReasonsThatOccurredAndMovesAlways) {
  ShedMetrics metrics;
  metrics.Of("users")->Add(Shed::kRateLimit);
  metrics.Of("users")->Add(Shed::kRateLimit);
  metrics.Of("users")->AddMoved();
  metrics.Of("carts");
  const Scrape scrape = ScrapeOf(metrics);
  EXPECT_EQ(scrape.Value(R"(evenkeel_server_call_shed_total{cluster="users",reason="rate_limit"})"),
            2);
  EXPECT_EQ(scrape.Count("evenkeel_server_call_shed_total"), 1u);
  EXPECT_EQ(scrape.Value(R"(evenkeel_lb_streams_moved_total{cluster="users"})"), 1);
  EXPECT_EQ(scrape.Value(R"(evenkeel_lb_streams_moved_total{cluster="carts"})"), 0);
}

TEST(ShedMetricsTest, AClustersCountersOutliveAReload) {
  ShedMetrics metrics;
  const auto before = metrics.Of("users");
  EXPECT_EQ(metrics.Of("users"), before);
  EXPECT_NE(metrics.Of("carts"), before);
}

}  // namespace
}  // namespace evenkeel::telemetry
