// ReloadMetrics: which configuration runs, and what came of each attempt to replace it; a part of
// Metrics. Main thread.
#pragma once

#include <prometheus/metric_family.h>

#include <chrono>
#include <cstdint>
#include <vector>

namespace evenkeel::telemetry {

class ReloadMetrics {
 public:
  /// The configuration numbered `generation` (the first is 1) runs since `now`. `hash` tells
  /// configurations apart.
  void Applied(uint64_t generation, uint64_t hash, std::chrono::system_clock::time_point now);
  /// The files were read and say what runs already.
  void Unchanged(uint64_t hash, std::chrono::system_clock::time_point now);
  /// The files are wrong or cannot be applied: what runs, runs on.
  void Rejected();

  void Collect(std::vector<prometheus::MetricFamily>& families) const;

 private:
  void Succeeded(uint64_t hash, std::chrono::system_clock::time_point now);

  double applied_ = 0;
  double unchanged_ = 0;
  double rejected_ = 0;
  bool last_good_ = true;
  uint64_t generation_ = 0;
  uint64_t hash_ = 0;
  std::chrono::system_clock::time_point last_success_{};
};

}  // namespace evenkeel::telemetry
