#include "lib/telemetry/shed_metrics.h"

#include "lib/telemetry/samples.h"

namespace evenkeel::telemetry {

std::shared_ptr<ShedCounters> ShedMetrics::Of(const std::string& cluster) {
  auto& counters = clusters_[cluster];
  if (!counters) counters = std::make_shared<ShedCounters>();
  return counters;
}

void ShedMetrics::Collect(std::vector<MetricFamily>& families) const {
  MetricFamily family =
      CounterFamily("evenkeel_server_call_shed_total",
                    "Calls refused at once to protect a cluster or the sidecar, by reason.");
  MetricFamily moved =
      CounterFamily("evenkeel_lb_streams_moved_total",
                    "Streams ended so that their clients open them anew on other endpoints.");
  for (const auto& [cluster, counters] : clusters_) {
    AddCounter(moved, {{"cluster", cluster}}, static_cast<double>(counters->moved()));
    for (size_t i = 0; i < kShedCount; ++i) {
      const auto shed = static_cast<Shed>(i);
      AddIfCounted(family, {{"cluster", cluster}}, "reason", ShedName(shed),
                   static_cast<double>(counters->value(shed)));
    }
  }
  families.push_back(std::move(family));
  families.push_back(std::move(moved));
}

}  // namespace evenkeel::telemetry
