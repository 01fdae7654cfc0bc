// Families and samples as prometheus-cpp wants them, and the sums over workers that go into them.
//
// Used while a scrape is answered, on the main thread.
#pragma once

#include <prometheus/metric_family.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lib/telemetry/latency_histogram.h"
#include "lib/telemetry/worker_metrics.h"

namespace evenkeel::telemetry {

using prometheus::MetricFamily;
using Labels = std::vector<prometheus::ClientMetric::Label>;

MetricFamily CounterFamily(std::string name, std::string help);
MetricFamily GaugeFamily(std::string name, std::string help);

/// A family with one sample that has no labels.
MetricFamily LoneCounter(std::string name, std::string help, double value);
MetricFamily LoneGauge(std::string name, std::string help, double value);

MetricFamily LoneHistogram(std::string name, std::string help, const LatencyHistogram& histogram);

void AddCounter(MetricFamily& family, Labels labels, double value);
void AddGauge(MetricFamily& family, Labels labels, double value);

/// A counter with the label `name` = `value` beside `labels`; nothing for a count of 0, so that
/// only what occurred is exported.
void AddIfCounted(MetricFamily& family, Labels labels, std::string name, std::string_view value,
                  double count);

/// CallCounters of all workers added up.
struct CallTotals {
  void Add(const CallCounters& counters);
  /// `earlier`: the same totals at another time before.
  void Subtract(const CallTotals& earlier);
  /// Started and not finished yet.
  uint64_t InFlight() const;

  uint64_t started = 0;
  uint64_t unsettled = 0;  ///< in flight, and not among `started`
  std::array<uint64_t, kOutcomeKinds> finished{};
  std::array<uint64_t, kLatencyBucketCount> latency_buckets{};
  uint64_t latency_nanoseconds = 0;
};

/// The four families that describe calls, or attempts: started, finished, duration, in flight.
class CallFamilies {
 public:
  /// `prefix` begins the names, `things` is the word for the help texts ("calls").
  CallFamilies(const std::string& prefix, const std::string& things);

  /// Combinations of status and origin that never occurred are left out.
  void Add(const Labels& labels, const CallTotals& totals);
  void MoveTo(std::vector<MetricFamily>& families) &&;

 private:
  void AddFinished(const Labels& labels, const CallTotals& totals);
  void AddDuration(const Labels& labels, const CallTotals& totals);

  MetricFamily started_;
  MetricFamily finished_;
  MetricFamily duration_;
  MetricFamily in_flight_;
};

}  // namespace evenkeel::telemetry
