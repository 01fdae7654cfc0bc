#include "lib/telemetry/discovery_metrics.h"

#include "lib/telemetry/samples.h"

namespace evenkeel::telemetry {

void DiscoveryMetrics::Tried(std::string_view cluster, std::string_view result) {
  ++tries_[{std::string(cluster), std::string(result)}];
}

void DiscoveryMetrics::Found(std::string_view cluster, size_t endpoints,
                             std::chrono::system_clock::time_point when) {
  const std::chrono::duration<double> seconds = when.time_since_epoch();
  found_.insert_or_assign(std::string(cluster), Success{endpoints, seconds.count()});
}

void DiscoveryMetrics::Collect(std::vector<MetricFamily>& families) const {
  MetricFamily tries = CounterFamily("evenkeel_discovery_resolutions_total",
                                     "DNS look-ups and readings of endpoint files, by result.");
  for (const auto& [key, count] : tries_) {
    AddCounter(tries, {{"cluster", key.first}, {"result", key.second}}, count);
  }
  MetricFamily endpoints =
      GaugeFamily("evenkeel_discovery_endpoints", "Endpoints that DNS or the file last named.");
  MetricFamily success = GaugeFamily("evenkeel_discovery_last_success_timestamp_seconds",
                                     "When DNS or the file last said which endpoints there are.");
  for (const auto& [cluster, found] : found_) {
    AddGauge(endpoints, {{"cluster", cluster}}, static_cast<double>(found.endpoints));
    AddGauge(success, {{"cluster", cluster}}, found.when);
  }
  for (MetricFamily* each : {&tries, &endpoints, &success}) families.push_back(std::move(*each));
}

}  // namespace evenkeel::telemetry
