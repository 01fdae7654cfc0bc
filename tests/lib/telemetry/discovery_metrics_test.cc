#include "lib/telemetry/discovery_metrics.h"

#include <gtest/gtest.h>

#include <chrono>

#include "tests/lib/telemetry/scrape.h"

namespace evenkeel::telemetry {
namespace {

using Clock = std::chrono::system_clock;
using std::chrono::milliseconds;

TEST(DiscoveryMetricsTest, CountsTriesByResult) {
  DiscoveryMetrics metrics;
  metrics.Tried("users", "ok");
  metrics.Tried("users", "timeout");
  metrics.Tried("users", "ok");
  metrics.Tried("carts", "ok");
  const Scrape scrape = ScrapeOf(metrics);
  const std::string name = "evenkeel_discovery_resolutions_total";
  EXPECT_EQ(scrape.Value(name + R"({cluster="users",result="ok"})"), 2);
  EXPECT_EQ(scrape.Value(name + R"({cluster="users",result="timeout"})"), 1);
  EXPECT_EQ(scrape.Value(name + R"({cluster="carts",result="ok"})"), 1);
  EXPECT_EQ(scrape.types().at(name), "counter");
}

TEST(DiscoveryMetricsTest, ShowsWhatWasFoundLastUntilTheClusterIsGone) {
  DiscoveryMetrics metrics;
  metrics.Tried("users", "ok");
  metrics.Found("users", 3, Clock::time_point(milliseconds(1'500)));
  metrics.Found("users", 2, Clock::time_point(milliseconds(2'500)));
  const Scrape scrape = ScrapeOf(metrics);
  EXPECT_EQ(scrape.Value(R"(evenkeel_discovery_endpoints{cluster="users"})"), 2);
  EXPECT_EQ(scrape.Value(R"(evenkeel_discovery_last_success_timestamp_seconds{cluster="users"})"),
            2.5);
  metrics.Forget("users");
  EXPECT_EQ(ScrapeOf(metrics).Count("evenkeel_discovery_endpoints"), 0u);
  EXPECT_EQ(ScrapeOf(metrics).Sum("evenkeel_discovery_resolutions_total"), 1)
      << "a counter does not go down";
}

}  // namespace
}  // namespace evenkeel::telemetry
