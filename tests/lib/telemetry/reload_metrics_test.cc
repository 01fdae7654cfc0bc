#include "lib/telemetry/reload_metrics.h"

#include <gtest/gtest.h>

#include <chrono>

#include "tests/lib/telemetry/scrape.h"

namespace evenkeel::telemetry {
namespace {

std::chrono::system_clock::time_point At(int seconds) {
  return std::chrono::system_clock::time_point(std::chrono::seconds(seconds));
}
double Reloads(const Scrape& scrape, const std::string& result) {
  return scrape.Value("evenkeel_config_reloads_total{result=\"" + result + "\"}");
}

TEST(ReloadMetricsTest, TheStartIsNoReload) {
  ReloadMetrics metrics;
  metrics.Applied(1, 77, At(10));
  const Scrape scrape = ScrapeOf(metrics);
  for (const char* result : {"applied", "unchanged", "rejected"}) {
    EXPECT_EQ(Reloads(scrape, result), 0) << result;
  }
  EXPECT_EQ(scrape.Value("evenkeel_config_last_reload_successful"), 1);
  EXPECT_EQ(scrape.Value("evenkeel_config_last_reload_success_timestamp_seconds"), 10);
  EXPECT_EQ(scrape.Value("evenkeel_config_generation"), 1);
  EXPECT_EQ(scrape.Value("evenkeel_config_hash"), 77);
}

TEST(ReloadMetricsTest, WhatIsRejectedLeavesAllButTheVerdict) {
  ReloadMetrics metrics;
  metrics.Applied(1, 77, At(10));
  metrics.Applied(2, 78, At(20));
  metrics.Rejected();
  const Scrape rejected = ScrapeOf(metrics);
  EXPECT_EQ(Reloads(rejected, "applied"), 1);
  EXPECT_EQ(Reloads(rejected, "rejected"), 1);
  EXPECT_EQ(rejected.Value("evenkeel_config_last_reload_successful"), 0);
  EXPECT_EQ(rejected.Value("evenkeel_config_last_reload_success_timestamp_seconds"), 20);
  EXPECT_EQ(rejected.Value("evenkeel_config_generation"), 2);
  EXPECT_EQ(rejected.Value("evenkeel_config_hash"), 78);
  metrics.Unchanged(79, At(30));
  const Scrape good = ScrapeOf(metrics);
  EXPECT_EQ(Reloads(good, "unchanged"), 1);
  EXPECT_EQ(good.Value("evenkeel_config_last_reload_successful"), 1);
  EXPECT_EQ(good.Value("evenkeel_config_last_reload_success_timestamp_seconds"), 30);
  EXPECT_EQ(good.Value("evenkeel_config_generation"), 2) << "no other one runs";
  EXPECT_EQ(good.Value("evenkeel_config_hash"), 79);
}

// A double holds 53 bits: more would make one number of several.
TEST(ReloadMetricsTest, AHashHas48Bits) {
  ReloadMetrics metrics;
  metrics.Applied(1, 0xffff'0000'0000'0003, At(0));
  std::vector<prometheus::MetricFamily> families;
  metrics.Collect(families);
  EXPECT_EQ(families.back().metric[0].gauge.value, 3);
}

}  // namespace
}  // namespace evenkeel::telemetry
