#include "lib/telemetry/retry_metrics.h"

#include <gtest/gtest.h>

#include "tests/lib/telemetry/scrape.h"

namespace evenkeel::telemetry {
namespace {

TEST(RetryMetricsTest, AClusterHasTheSameCountersAgain) {
  RetryMetrics metrics;
  RetryCounters& users = metrics.Of("users");
  for (int i = 0; i < 100; ++i) metrics.Of(std::to_string(i));
  EXPECT_EQ(&metrics.Of("users"), &users);
  EXPECT_NE(&metrics.Of("1"), &users);
}

TEST(RetryMetricsTest, ExportsWhatWasCountedByClusterAndReason) {
  RetryMetrics metrics;
  RetryCounters& users = metrics.Of("users");
  users.retries[static_cast<size_t>(rpc::StatusCode::kUnavailable)].Add(2);
  users.try_timeouts.Add(1);
  users.refused[static_cast<size_t>(rpc::NoRetry::kTokens)].Add(3);
  users.pushback_stops.Add(4);
  users.hedges.Add(5);
  users.hedges_won.Add(6);
  users.hedges_wasted.Add(7);
  users.replay_overflows[static_cast<size_t>(telemetry::ReplayLimit::kProcess)].Add(8);
  metrics.Of("carts").hedges.Add(1);
  const Scrape scrape = ScrapeOf(metrics);
  const auto value = [&](const std::string& name, const std::string& labels = "") {
    return scrape.Value("evenkeel_client_call_" + name + "_total{cluster=\"users\"" + labels + "}");
  };
  EXPECT_EQ(value("retries", R"(,reason="UNAVAILABLE")"), 2);
  EXPECT_EQ(value("try_timeouts"), 1);
  EXPECT_EQ(value("retries_refused",
                  ",reason=\"" + std::string(rpc::NoRetryName(rpc::NoRetry::kTokens)) + "\""),
            3);
  EXPECT_EQ(value("pushbacks", R"(,kind="stop")"), 4);
  EXPECT_EQ(value("hedges"), 5);
  EXPECT_EQ(value("hedges_won"), 6);
  EXPECT_EQ(value("hedges_wasted"), 7);
  EXPECT_EQ(value("replay_overflows", R"(,limit="process")"), 8);
  EXPECT_EQ(scrape.Sum("evenkeel_client_call_hedges_total"), 6);
}

TEST(RetryMetricsTest, LeavesOutReasonsThatNeverWere) {
  RetryMetrics metrics;
  metrics.Of("users");
  const Scrape scrape = ScrapeOf(metrics);
  EXPECT_EQ(scrape.Count("evenkeel_client_call_retries_total"), 0u);
  EXPECT_EQ(scrape.Count("evenkeel_client_call_pushbacks_total"), 0u);
  EXPECT_EQ(scrape.Count("evenkeel_client_call_hedges_total"), 1u);
  EXPECT_EQ(scrape.types().at("evenkeel_client_call_retries_total"), "counter");
}

}  // namespace
}  // namespace evenkeel::telemetry
