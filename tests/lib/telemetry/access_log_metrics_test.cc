#include "lib/telemetry/access_log_metrics.h"

#include <gtest/gtest.h>

#include "tests/lib/telemetry/scrape.h"

namespace evenkeel::telemetry {
namespace {

TEST(AccessLogMetricsTest, CountsTheLinesOfEachOutputByWhatBecameOfThem) {
  AccessLogMetrics metrics;
  EXPECT_EQ(metrics.Text(), "");
  const auto counts = metrics.Of("stdout");
  counts->written = 3;
  counts->dropped = 2;
  counts->sampled_out = 1;
  const Scrape scrape(metrics.Text());
  const std::string name = "evenkeel_access_log_lines_total{output=\"stdout\",result=\"";
  EXPECT_EQ(scrape.Value(name + "written\"}"), 3);
  EXPECT_EQ(scrape.Value(name + "dropped\"}"), 2);
  EXPECT_EQ(scrape.Value(name + "sampled_out\"}"), 1);
}

TEST(AccessLogMetricsTest, AnOutputThatComesBackGoesOnCounting) {
  AccessLogMetrics metrics;
  EXPECT_EQ(metrics.Of("a"), metrics.Of("a"));
  EXPECT_NE(metrics.Of("a"), metrics.Of("b"));
}

}  // namespace
}  // namespace evenkeel::telemetry
