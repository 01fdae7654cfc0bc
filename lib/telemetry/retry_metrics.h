// RetryMetrics: the RetryCounters of each cluster; a part of Metrics. Main thread, but for the
// counters it hands out.
#pragma once

#include <prometheus/metric_family.h>

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "lib/telemetry/retry_counters.h"

namespace evenkeel::telemetry {

class RetryMetrics {
 public:
  /// Those of a cluster; lives as long as this.
  RetryCounters& Of(std::string_view cluster) { return clusters_[std::string(cluster)]; }

  void Collect(std::vector<prometheus::MetricFamily>& families) const;

 private:
  std::map<std::string, RetryCounters> clusters_;
};

}  // namespace evenkeel::telemetry
