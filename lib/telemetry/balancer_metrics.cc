#include "lib/telemetry/balancer_metrics.h"

#include "lib/telemetry/samples.h"

namespace evenkeel::telemetry {

void BalancerMetrics::Collect(std::vector<MetricFamily>& families) const {
  MetricFamily fairness =
      GaugeFamily("evenkeel_lb_fairness",
                  "Highest over mean attempts in flight of the endpoints, over the last 10 s.");
  MetricFamily panic = GaugeFamily("evenkeel_lb_panic",
                                   "1 while so few endpoints are healthy that health is ignored.");
  for (const auto& [cluster, spread] : clusters_) {
    AddGauge(fairness, {{"cluster", cluster}}, spread.fairness);
    AddGauge(panic, {{"cluster", cluster}}, spread.panic == Panic::kYes ? 1 : 0);
  }
  families.push_back(std::move(fairness));
  families.push_back(std::move(panic));
}

}  // namespace evenkeel::telemetry
