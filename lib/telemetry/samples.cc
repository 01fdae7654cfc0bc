#include "lib/telemetry/samples.h"

#include <limits>
#include <numeric>

namespace evenkeel::telemetry {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricType;
using Seconds = std::chrono::duration<double>;

ClientMetric& AddSample(MetricFamily& family, Labels labels) {
  ClientMetric& sample = family.metric.emplace_back();
  sample.label = std::move(labels);
  return sample;
}

double UpperBound(size_t bucket) {
  return bucket < kLatencyBounds.size() ? Seconds(kLatencyBounds[bucket]).count()
                                        : std::numeric_limits<double>::infinity();
}

// `count_of` gives each bucket's own count.
template <typename Function>
ClientMetric::Histogram MakeHistogram(Function count_of, uint64_t nanoseconds) {
  ClientMetric::Histogram histogram;
  uint64_t cumulative = 0;
  for (size_t i = 0; i < kLatencyBucketCount; ++i) {
    cumulative += count_of(i);
    histogram.bucket.push_back({cumulative, UpperBound(i)});
  }
  histogram.sample_count = cumulative;
  histogram.sample_sum = Seconds(std::chrono::nanoseconds(nanoseconds)).count();
  return histogram;
}

}  // namespace

MetricFamily CounterFamily(std::string name, std::string help) {
  return {std::move(name), std::move(help), MetricType::Counter, {}};
}

MetricFamily GaugeFamily(std::string name, std::string help) {
  return {std::move(name), std::move(help), MetricType::Gauge, {}};
}

MetricFamily LoneCounter(std::string name, std::string help, double value) {
  MetricFamily family = CounterFamily(std::move(name), std::move(help));
  AddCounter(family, {}, value);
  return family;
}

MetricFamily LoneGauge(std::string name, std::string help, double value) {
  MetricFamily family = GaugeFamily(std::move(name), std::move(help));
  AddGauge(family, {}, value);
  return family;
}

MetricFamily LoneHistogram(std::string name, std::string help, const LatencyHistogram& histogram) {
  MetricFamily family{std::move(name), std::move(help), MetricType::Histogram, {}};
  AddSample(family, {}).histogram = MakeHistogram(
      [&histogram](size_t bucket) { return histogram.bucket(bucket); }, histogram.nanoseconds());
  return family;
}

void AddCounter(MetricFamily& family, Labels labels, double value) {
  AddSample(family, std::move(labels)).counter.value = value;
}

void AddGauge(MetricFamily& family, Labels labels, double value) {
  AddSample(family, std::move(labels)).gauge.value = value;
}

void AddIfCounted(MetricFamily& family, Labels labels, std::string name, std::string_view value,
                  double count) {
  if (count == 0) return;
  labels.push_back({std::move(name), std::string(value)});
  AddCounter(family, std::move(labels), count);
}

void CallTotals::Add(const CallCounters& counters) {
  for (size_t i = 0; i < finished.size(); ++i) finished[i] += counters.finished[i].value();
  for (size_t i = 0; i < latency_buckets.size(); ++i) {
    latency_buckets[i] += counters.duration.bucket(i);
  }
  latency_nanoseconds += counters.duration.nanoseconds();
  // Last: what starts and finishes meanwhile then counts as in flight rather than as less than 0.
  started += counters.started.value();
}

void CallTotals::Subtract(const CallTotals& earlier) {
  for (size_t i = 0; i < finished.size(); ++i) finished[i] -= earlier.finished[i];
  for (size_t i = 0; i < latency_buckets.size(); ++i) {
    latency_buckets[i] -= earlier.latency_buckets[i];
  }
  latency_nanoseconds -= earlier.latency_nanoseconds;
  started -= earlier.started;
}

uint64_t CallTotals::InFlight() const {
  const uint64_t ended = std::accumulate(finished.begin(), finished.end(), uint64_t{0});
  return (started > ended ? started - ended : 0) + unsettled;
}

CallFamilies::CallFamilies(const std::string& prefix, const std::string& things)
    : started_(CounterFamily(prefix + "_started_total", "The " + things + " started.")),
      finished_(CounterFamily(prefix + "_finished_total",
                              "The " + things + " finished, by status and by who decided it.")),
      duration_{prefix + "_duration_seconds",
                "How long finished " + things + " took.",
                MetricType::Histogram,
                {}},
      in_flight_(GaugeFamily(prefix + "_in_flight", "The " + things + " in flight now.")) {}

void CallFamilies::Add(const Labels& labels, const CallTotals& totals) {
  AddCounter(started_, labels, static_cast<double>(totals.started));
  AddGauge(in_flight_, labels, static_cast<double>(totals.InFlight()));
  AddFinished(labels, totals);
  AddDuration(labels, totals);
}

void CallFamilies::AddFinished(const Labels& labels, const CallTotals& totals) {
  for (int status = 0; status < rpc::kStatusCodeCount; ++status) {
    const auto code = static_cast<rpc::StatusCode>(status);
    Labels with_status = labels;
    with_status.push_back({"grpc_status", std::string(rpc::StatusName(code))});
    for (int origin = 0; origin < rpc::kOriginCount; ++origin) {
      const auto who = static_cast<rpc::Origin>(origin);
      AddIfCounted(finished_, with_status, "origin", rpc::OriginName(who),
                   static_cast<double>(totals.finished[OutcomeKind(code, who)]));
    }
  }
}

void CallFamilies::AddDuration(const Labels& labels, const CallTotals& totals) {
  AddSample(duration_, labels).histogram =
      MakeHistogram([&totals](size_t bucket) { return totals.latency_buckets[bucket]; },
                    totals.latency_nanoseconds);
}

void CallFamilies::MoveTo(std::vector<MetricFamily>& families) && {
  families.push_back(std::move(started_));
  families.push_back(std::move(finished_));
  families.push_back(std::move(duration_));
  families.push_back(std::move(in_flight_));
}

}  // namespace evenkeel::telemetry
