// HealthMetrics: who may take calls, why that changed, and what probes and ejections came to.
//
// Counted where it is decided, on the main thread, and collected there; a part of Metrics.
#pragma once

#include <prometheus/metric_family.h>

#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace evenkeel::telemetry {

class HealthMetrics {
 public:
  /// The endpoint is now in `state`, one of a small fixed set, for `reason`, one of another.
  void StateChanged(std::string_view cluster, std::string_view endpoint, std::string_view state,
                    std::string_view reason);
  /// The state it begins in: no transition.
  void SetState(std::string_view cluster, std::string_view endpoint, std::string_view state);
  /// It is no longer of the cluster: it has no state. Counters stay until they are dropped.
  void Forget(std::string_view cluster, std::string_view endpoint);
  void DropCounters(const std::string& cluster, const std::string& endpoint);
  /// Whether it is of the cluster.
  bool Has(const std::string& cluster, const std::string& endpoint) const {
    return states_.contains({cluster, endpoint});
  }
  void Probed(std::string_view cluster, std::string_view endpoint, std::string_view result);
  void Ejected(std::string_view cluster, std::string_view method);
  void NotEjected(std::string_view cluster, std::string_view method, std::string_view reason);

  void Collect(std::vector<prometheus::MetricFamily>& families) const;

 private:
  using Pair = std::pair<std::string, std::string>;
  using Triple = std::tuple<std::string, std::string, std::string>;
  using Quadruple = std::tuple<std::string, std::string, std::string, std::string>;

  std::map<Pair, std::string> states_;       // by cluster and endpoint
  std::map<Quadruple, double> transitions_;  // and state and reason
  std::map<Triple, double> probes_;          // and result
  std::map<Pair, double> enforced_;          // by cluster and method
  std::map<Triple, double> unenforced_;      // and reason
};

}  // namespace evenkeel::telemetry
