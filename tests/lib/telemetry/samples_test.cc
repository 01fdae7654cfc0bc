#include "lib/telemetry/samples.h"

#include <gmock/gmock.h>

#include <cmath>

#include "tests/lib/telemetry/scrape.h"

namespace evenkeel::telemetry {
namespace {

using prometheus::TextSerializer;
using ::testing::HasSubstr;

std::string Text(MetricFamily family) { return TextSerializer().Serialize({std::move(family)}); }

TEST(SamplesTest, AFamilyIsItsNameHelpAndType) {
  EXPECT_EQ(Text(LoneCounter("a_total", "How many.", 3)),
            "# HELP a_total How many.\n# TYPE a_total counter\na_total 3\n");
  EXPECT_EQ(Text(LoneGauge("a", "How much.", 0.5)), "# HELP a How much.\n# TYPE a gauge\na 0.5\n");
}

TEST(SamplesTest, ASampleHasItsLabelsInTheirOrder) {
  MetricFamily family = GaugeFamily("a", "b");
  AddGauge(family, {{"z", "1"}, {"a", "2"}}, 7);
  EXPECT_THAT(Text(family), HasSubstr("a{z=\"1\",a=\"2\"} 7\n"));
}

TEST(SamplesTest, WhatNeverOccurredIsLeftOut) {
  MetricFamily family = CounterFamily("a", "b");
  AddIfCounted(family, {{"c", "1"}}, "why", "this", 2);
  AddIfCounted(family, {{"c", "1"}}, "why", "that", 0);
  ASSERT_EQ(family.metric.size(), 1u);
  EXPECT_THAT(Text(family), HasSubstr("a{c=\"1\",why=\"this\"} 2\n"));
}

// Three calls of two workers: one ended well, one badly, one is in flight.
CallTotals Totals() {
  CallCounters one;
  CallCounters two;
  one.started.Add(2);
  one.Finished(rpc::StatusCode::kOk, rpc::Origin::kEndpoint, std::chrono::milliseconds(3));
  two.started.Add();
  two.Finished(rpc::StatusCode::kUnavailable, rpc::Origin::kProxy, std::chrono::seconds(1));
  CallTotals totals;
  totals.Add(one);
  totals.Add(two);
  return totals;
}

TEST(CallTotalsTest, AddUpWorkersAndWhatIsInFlight) {
  const CallTotals totals = Totals();
  EXPECT_EQ(totals.started, 3u);
  EXPECT_EQ(totals.InFlight(), 1u);
  EXPECT_EQ(totals.finished[OutcomeKind(rpc::StatusCode::kOk, rpc::Origin::kEndpoint)], 1u);
  EXPECT_EQ(totals.latency_nanoseconds, 1'003'000'000u);
}

TEST(CallTotalsTest, AFinishThatIsSeenBeforeItsStartIsNotBelowNothing) {
  CallTotals totals;
  totals.finished[0] = 2;
  totals.started = 1;
  EXPECT_EQ(totals.InFlight(), 0u);
}

TEST(CallFamiliesTest, DescribeCallsInFourFamilies) {
  struct Part {
    void Collect(std::vector<prometheus::MetricFamily>& families) const {
      CallFamilies calls("call", "calls");
      calls.Add({{"m", "x"}}, Totals());
      std::move(calls).MoveTo(families);
    }
  };
  const Scrape scrape = ScrapeOf(Part());
  EXPECT_EQ(scrape.Value(R"(call_started_total{m="x"})"), 3);
  EXPECT_EQ(scrape.Value(R"(call_in_flight{m="x"})"), 1);
  EXPECT_EQ(scrape.Count("call_finished_total"), 2u);
  EXPECT_EQ(scrape.Value(R"(call_finished_total{m="x",grpc_status="UNAVAILABLE",origin="proxy"})"),
            1);
  EXPECT_EQ(scrape.Value(R"(call_duration_seconds_count{m="x"})"), 2);
  EXPECT_NEAR(scrape.Value(R"(call_duration_seconds_sum{m="x"})"), 1.003, 1e-6);
  EXPECT_EQ(scrape.Value(R"(call_duration_seconds_bucket{m="x",le="+Inf"})"), 2);
  EXPECT_EQ(scrape.types().at("call_duration_seconds"), "histogram");
}

}  // namespace
}  // namespace evenkeel::telemetry
