// ShedMetrics: the calls that were refused to protect a cluster, by cluster and reason.
//
// Part of Metrics. Refusals are rare, or cheap beside the calls they save, so all workers count in
// the same place.
#pragma once

#include <prometheus/metric_family.h>

#include <array>
#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "lib/telemetry/shed.h"

namespace evenkeel::telemetry {

class ShedMetrics {
 public:
  /// The cluster's counters; the same for the same name. Main thread.
  std::shared_ptr<ShedCounters> Of(const std::string& cluster);
  void Collect(std::vector<prometheus::MetricFamily>& families) const;

 private:
  std::map<std::string, std::shared_ptr<ShedCounters>> clusters_;
};

}  // namespace evenkeel::telemetry
