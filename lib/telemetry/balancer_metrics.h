// BalancerMetrics: how a cluster's calls are spread, as sampled on the main thread; a part of
// Metrics.
#pragma once

#include <prometheus/metric_family.h>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace evenkeel::telemetry {

class BalancerMetrics {
 public:
  enum class Panic : bool { kNo, kYes };

  /// The latest values. `fairness`: the highest over the mean of attempts in flight, at least 1.
  void Set(std::string_view cluster, double fairness, Panic panic) {
    clusters_.insert_or_assign(std::string(cluster), Spread{fairness, panic});
  }

  /// The cluster is gone.
  void Forget(std::string_view cluster) { clusters_.erase(std::string(cluster)); }

  void Collect(std::vector<prometheus::MetricFamily>& families) const;

 private:
  struct Spread {
    double fairness;
    Panic panic;
  };
  std::map<std::string, Spread> clusters_;
};

}  // namespace evenkeel::telemetry
