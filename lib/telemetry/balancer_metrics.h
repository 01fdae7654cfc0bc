// BalancerMetrics: how a cluster's calls are spread, as sampled on the main thread; a part of
// Metrics.
#pragma once

#include <prometheus/metric_family.h>

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace evenkeel::telemetry {

/// A limit of a cluster, and what it is about.
struct LimitValue {
  std::string_view name;  ///< "calls", "pending_calls", "retry_tokens", …; a literal
  double used = 0;        ///< of retry_tokens and retry_budget: what is left
  double max = 0;         ///< 0: there is no limit
};

class BalancerMetrics {
 public:
  enum class Panic : bool { kNo, kYes };

  /// The latest values. `fairness`: the highest over the mean of attempts in flight, at least 1.
  void Set(std::string_view cluster, double fairness, Panic panic) {
    Spread& spread = clusters_[std::string(cluster)];
    spread.fairness = fairness;
    spread.panic = panic;
  }

  void SetLimits(std::string_view cluster, std::vector<LimitValue> limits) {
    clusters_[std::string(cluster)].limits = std::move(limits);
  }

  /// The cluster is gone.
  void Forget(std::string_view cluster) { clusters_.erase(std::string(cluster)); }

  void Collect(std::vector<prometheus::MetricFamily>& families) const;

 private:
  struct Spread {
    double fairness = 1;
    Panic panic = Panic::kNo;
    std::vector<LimitValue> limits{};
  };
  std::map<std::string, Spread> clusters_;
};

}  // namespace evenkeel::telemetry
