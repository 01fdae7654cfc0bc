#include "lib/telemetry/access_metrics.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/lib/telemetry/scrape.h"

namespace evenkeel::telemetry {
namespace {

TEST(AccessMetricsTest, CountsDenialsByListenerRuleAndMode) {
  AccessMetrics metrics;
  metrics.Of("a:1", "no-deletes")->denied += 2;
  metrics.Of("a:1", "(no rule)")->observed += 1;
  metrics.Of("b:1", "no-deletes");
  const Scrape scrape = ScrapeOf(metrics);
  const std::string name = "evenkeel_server_call_denied_total";
  EXPECT_EQ(scrape.Value(name + R"({listener="a:1",rule="no-deletes",mode="enforce"})"), 2);
  EXPECT_EQ(scrape.Value(name + R"x({listener="a:1",rule="(no rule)",mode="observe"})x"), 1);
  EXPECT_EQ(scrape.Count(name), 2u);
}

TEST(AccessMetricsTest, CountsRefusedCredentialsByReason) {
  AccessMetrics metrics;
  *metrics.OfCredentials("a:1", "unknown") += 3;
  metrics.OfCredentials("a:1", "missing");
  const Scrape scrape = ScrapeOf(metrics);
  EXPECT_EQ(scrape.Value(
                R"(evenkeel_server_call_unauthenticated_total{listener="a:1",reason="unknown"})"),
            3);
  EXPECT_EQ(scrape.Count("evenkeel_server_call_unauthenticated_total"), 1u);
}

TEST(AccessMetricsTest, CountersOutliveAReload) {
  AccessMetrics metrics;
  const auto rule = metrics.Of("a:1", "x");
  const auto credentials = metrics.OfCredentials("a:1", "missing");
  EXPECT_EQ(metrics.Of("a:1", "x"), rule);
  EXPECT_NE(metrics.Of("a:1", "y"), rule);
  EXPECT_EQ(metrics.OfCredentials("a:1", "missing"), credentials);
}

}  // namespace
}  // namespace evenkeel::telemetry
