#include "lib/telemetry/health_metrics.h"

#include <tuple>
#include <type_traits>

#include "lib/telemetry/samples.h"

namespace evenkeel::telemetry {

void HealthMetrics::SetState(std::string_view cluster, std::string_view endpoint,
                             std::string_view state) {
  states_[{std::string(cluster), std::string(endpoint)}] = state;
}

void HealthMetrics::Forget(std::string_view cluster, std::string_view endpoint) {
  states_.erase({std::string(cluster), std::string(endpoint)});
}

void HealthMetrics::DropCounters(const std::string& cluster, const std::string& endpoint) {
  const auto drop_from = [&](auto& counters) {
    typename std::decay_t<decltype(counters)>::key_type first;  // the rest of it empty: the least
    std::get<0>(first) = cluster;
    std::get<1>(first) = endpoint;
    auto at = counters.lower_bound(first);
    while (at != counters.end() && std::get<0>(at->first) == cluster &&
           std::get<1>(at->first) == endpoint) {
      at = counters.erase(at);
    }
  };
  drop_from(transitions_);
  drop_from(probes_);
}

void HealthMetrics::StateChanged(std::string_view cluster, std::string_view endpoint,
                                 std::string_view state, std::string_view reason) {
  SetState(cluster, endpoint, state);
  ++transitions_[{std::string(cluster), std::string(endpoint), std::string(state),
                  std::string(reason)}];
}

void HealthMetrics::Probed(std::string_view cluster, std::string_view endpoint,
                           std::string_view result) {
  ++probes_[{std::string(cluster), std::string(endpoint), std::string(result)}];
}

void HealthMetrics::Ejected(std::string_view cluster, std::string_view method) {
  ++enforced_[{std::string(cluster), std::string(method)}];
}

void HealthMetrics::NotEjected(std::string_view cluster, std::string_view method,
                               std::string_view reason) {
  ++unenforced_[{std::string(cluster), std::string(method), std::string(reason)}];
}

void HealthMetrics::Collect(std::vector<MetricFamily>& families) const {
  MetricFamily state =
      GaugeFamily("evenkeel_client_endpoint_state", "1 for the state that the endpoint is in now.");
  for (const auto& [key, value] : states_) {
    AddGauge(state, {{"cluster", key.first}, {"endpoint", key.second}, {"state", value}}, 1);
  }
  MetricFamily transitions = CounterFamily("evenkeel_client_endpoint_transitions_total",
                                           "Changes of an endpoint's state, by reason.");
  for (const auto& [key, count] : transitions_) {
    const auto& [cluster, endpoint, to, reason] = key;
    AddCounter(transitions,
               {{"cluster", cluster}, {"endpoint", endpoint}, {"state", to}, {"reason", reason}},
               count);
  }
  MetricFamily probes =
      CounterFamily("evenkeel_client_health_probes_total", "Answers of health checks, by result.");
  for (const auto& [key, count] : probes_) {
    const auto& [cluster, endpoint, result] = key;
    AddCounter(probes, {{"cluster", cluster}, {"endpoint", endpoint}, {"result", result}}, count);
  }
  MetricFamily enforced = CounterFamily("evenkeel_lb_outlier_detection_ejections_enforced_total",
                                        "Ejections of endpoints, by algorithm.");
  for (const auto& [key, count] : enforced_) {
    AddCounter(enforced, {{"cluster", key.first}, {"detection_method", key.second}}, count);
  }
  MetricFamily unenforced =
      CounterFamily("evenkeel_lb_outlier_detection_ejections_unenforced_total",
                    "Endpoints found by an algorithm and not ejected, by reason.");
  for (const auto& [key, count] : unenforced_) {
    const auto& [cluster, method, reason] = key;
    AddCounter(unenforced,
               {{"cluster", cluster}, {"detection_method", method}, {"unenforced_reason", reason}},
               count);
  }
  for (MetricFamily* each : {&state, &transitions, &probes, &enforced, &unenforced}) {
    families.push_back(std::move(*each));
  }
}

}  // namespace evenkeel::telemetry
