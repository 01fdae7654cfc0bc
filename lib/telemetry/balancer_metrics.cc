#include "lib/telemetry/balancer_metrics.h"

#include "lib/telemetry/samples.h"

namespace evenkeel::telemetry {

void BalancerMetrics::Collect(std::vector<MetricFamily>& families) const {
  MetricFamily fairness =
      GaugeFamily("evenkeel_lb_fairness",
                  "Highest over mean attempts in flight of the endpoints, over the last 10 s.");
  MetricFamily panic = GaugeFamily("evenkeel_lb_panic",
                                   "1 while so few endpoints are healthy that health is ignored.");
  MetricFamily used = GaugeFamily("evenkeel_lb_limit_used",
                                  "How much of a limit of the cluster is used, or of retry_tokens "
                                  "and retry_budget what is left.");
  MetricFamily max = GaugeFamily("evenkeel_lb_limit", "The limit now, where there is one.");
  for (const auto& [cluster, spread] : clusters_) {
    for (const LimitValue& each : spread.limits) {
      const Labels labels = {{"cluster", cluster}, {"limit", std::string(each.name)}};
      AddGauge(used, labels, each.used);
      if (each.max > 0) AddGauge(max, labels, each.max);
    }
    AddGauge(fairness, {{"cluster", cluster}}, spread.fairness);
    AddGauge(panic, {{"cluster", cluster}}, spread.panic == Panic::kYes ? 1 : 0);
  }
  families.push_back(std::move(fairness));
  families.push_back(std::move(panic));
  families.push_back(std::move(used));
  families.push_back(std::move(max));
}

}  // namespace evenkeel::telemetry
