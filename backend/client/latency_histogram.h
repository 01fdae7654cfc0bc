// LatencyHistogram: latencies of any number of calls in little memory: exact least, most and mean,
// quantiles that are off by at most 0.4 %. Not thread-safe.
#pragma once

#include <cstdint>
#include <limits>

#include "lib/base/clock.h"
#include "lib/base/log_histogram.h"

namespace evenkeel::backend {

class LatencyHistogram {
 public:
  /// A negative latency counts as 0.
  void Record(base::Duration latency);

  uint64_t count() const { return counts_.count(); }
  /// Exact, except min and max of what Since returns, which are those of buckets; 0 while empty.
  base::Duration min() const { return base::Duration(count() == 0 ? 0 : min_); }
  base::Duration max() const { return base::Duration(max_); }
  base::Duration mean() const;

  /// The latency that a share `quantile` (0 to 1) of the calls did not exceed; 0 while empty.
  base::Duration Quantile(double quantile) const;

  /// What was recorded here since `earlier` was copied from this.
  LatencyHistogram Since(const LatencyHistogram& earlier) const;

 private:
  base::LogHistogram<7> counts_;  // of nanoseconds
  int64_t min_ = std::numeric_limits<int64_t>::max();
  int64_t max_ = 0;
  double sum_ = 0;
};

}  // namespace evenkeel::backend
