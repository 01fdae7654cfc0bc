#include "lib/telemetry/health_metrics.h"

#include <gtest/gtest.h>

#include "tests/lib/telemetry/scrape.h"

namespace evenkeel::telemetry {
namespace {

TEST(HealthMetricsTest, AnEndpointIsInOneStateAndItsChangesAreCounted) {
  HealthMetrics metrics;
  const std::string state = "evenkeel_client_endpoint_state";
  const std::string changes = "evenkeel_client_endpoint_transitions_total";
  metrics.SetState("users", "a:1", "connecting");
  EXPECT_EQ(
      ScrapeOf(metrics).Value(state + R"({cluster="users",endpoint="a:1",state="connecting"})"), 1);
  EXPECT_EQ(ScrapeOf(metrics).Sum(changes), 0) << "where it begins is no change";
  for (int i = 0; i < 2; ++i) {
    metrics.StateChanged("users", "a:1", "ejected", "failures");
    metrics.StateChanged("users", "a:1", "ready", "time");
  }
  const Scrape scrape = ScrapeOf(metrics);
  EXPECT_EQ(scrape.Count(state), 1u);
  EXPECT_EQ(scrape.Value(state + R"({cluster="users",endpoint="a:1",state="ready"})"), 1);
  EXPECT_EQ(scrape.Value(changes + R"({cluster="users",endpoint="a:1",state="ejected",)" +
                         R"(reason="failures"})"),
            2);
}

TEST(HealthMetricsTest, AnEndpointThatLeftHasNoStateAndKeepsItsCounters) {
  HealthMetrics metrics;
  metrics.StateChanged("users", "a:1", "ready", "connected");
  metrics.SetState("carts", "a:1", "ready");
  metrics.Probed("users", "a:1", "serving");
  metrics.Forget("users", "a:1");
  const Scrape scrape = ScrapeOf(metrics);
  EXPECT_EQ(scrape.Count("evenkeel_client_endpoint_state"), 1u) << "the other cluster's";
  EXPECT_EQ(scrape.Sum("evenkeel_client_endpoint_transitions_total"), 1);
  EXPECT_EQ(scrape.Sum("evenkeel_client_health_probes_total"), 1);
}

TEST(HealthMetricsTest, CountsProbesAndEjectionsByTheirLabels) {
  HealthMetrics metrics;
  for (int i = 0; i < 3; ++i) metrics.Probed("users", "a:1", "timeout");
  metrics.Ejected("users", "success_rate");
  metrics.Ejected("users", "success_rate");
  metrics.NotEjected("users", "latency", "max_ejection_percent");
  const Scrape scrape = ScrapeOf(metrics);
  EXPECT_EQ(scrape.Value("evenkeel_client_health_probes_total"
                         R"({cluster="users",endpoint="a:1",result="timeout"})"),
            3);
  EXPECT_EQ(scrape.Value("evenkeel_lb_outlier_detection_ejections_enforced_total"
                         R"({cluster="users",detection_method="success_rate"})"),
            2);
  EXPECT_EQ(scrape.Value("evenkeel_lb_outlier_detection_ejections_unenforced_total"
                         R"({cluster="users",detection_method="latency",)"
                         R"(unenforced_reason="max_ejection_percent"})"),
            1);
}

}  // namespace
}  // namespace evenkeel::telemetry
