// DiscoveryMetrics: what became of asking where endpoints are; a part of Metrics. Main thread.
#pragma once

#include <prometheus/metric_family.h>

#include <chrono>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace evenkeel::telemetry {

class DiscoveryMetrics {
 public:
  /// One try came to `result`, one of a small fixed set: "ok", or the kind of failure.
  void Tried(std::string_view cluster, std::string_view result);
  /// The source said that there are so many endpoints, at `when`.
  void Found(std::string_view cluster, size_t endpoints,
             std::chrono::system_clock::time_point when);
  /// The cluster is gone, or has no source any more: its gauges go with it.
  void Forget(std::string_view cluster) { found_.erase(std::string(cluster)); }

  void Collect(std::vector<prometheus::MetricFamily>& families) const;

 private:
  struct Success {
    size_t endpoints;
    double when;  // seconds since the epoch
  };
  std::map<std::pair<std::string, std::string>, double> tries_;  // by cluster and result
  std::map<std::string, Success> found_;                         // by cluster
};

}  // namespace evenkeel::telemetry
