// LatencyHistogram: latencies in buckets of equal relative width, for quantiles of any number of
// calls in fixed memory.
//
// Each power of two of nanoseconds has kSteps buckets, so a quantile is off by at most
// 1 / (2 * kSteps), 0.4 %, whatever its size (as in HdrHistogram, Tene 2012). Not thread-safe.
#pragma once

#include <cstdint>
#include <vector>

#include "lib/base/clock.h"

namespace evenkeel::backend {

class LatencyHistogram {
 public:
  static constexpr uint64_t kSteps = 128;

  LatencyHistogram();

  /// A negative latency counts as 0.
  void Record(base::Duration latency);

  uint64_t count() const { return count_; }
  /// Exact, except min and max of what Since returns, which are those of buckets; 0 while empty.
  base::Duration min() const;
  base::Duration max() const { return base::Duration(max_); }
  base::Duration mean() const;

  /// The latency that a share `quantile` (0 to 1) of the calls did not exceed; 0 while empty.
  base::Duration Quantile(double quantile) const;

  /// What was recorded here since `earlier` was copied from this.
  LatencyHistogram Since(const LatencyHistogram& earlier) const;

 private:
  std::vector<uint64_t> counts_;
  uint64_t count_ = 0;
  int64_t min_;
  int64_t max_ = 0;
  double sum_ = 0;
};

}  // namespace evenkeel::backend
