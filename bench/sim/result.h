// Result: what one policy did in one scenario.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lib/base/log_histogram.h"

namespace evenkeel::sim {

/// Of nanoseconds; quantiles are off by at most 0.1 %.
using Histogram = base::LogHistogram<9>;

/// How a measured call ended.
enum class Ending { kAnswered, kFailed, kDeadline, kNoEndpoint, kUnfinished };
inline constexpr size_t kEndings = 5;

/// A part of the run, for plots over time.
struct Slice {
  Histogram latency;
  uint64_t calls = 0;
  uint64_t errors = 0;
};

struct Result {
  std::string policy;
  uint64_t calls = 0;
  uint64_t endings[kEndings] = {};
  /// Of calls answered or past their deadline; calls that failed at once are not latency.
  Histogram latency;
  double below_threshold = 0;  ///< share of all calls answered faster than the threshold
  double mean_utilization = 0;
  double max_utilization = 0;
  double mean_queue = 0;     ///< calls waiting, mean over replicas and time
  uint64_t max_queue = 0;    ///< the longest line anywhere
  double watched_share = 0;  ///< of the picks, to the watched replicas
  double fair_share = 0;     ///< what they would get with equal shares
  std::vector<Slice> slices;
  double slice_seconds = 0;
  uint64_t events = 0;
  double wall_seconds = 0;

  uint64_t Errors() const { return calls - endings[static_cast<size_t>(Ending::kAnswered)]; }
  double ErrorShare() const {
    return calls == 0 ? 0 : static_cast<double>(Errors()) / static_cast<double>(calls);
  }
};

}  // namespace evenkeel::sim
