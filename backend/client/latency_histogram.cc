#include "backend/client/latency_histogram.h"

#include <algorithm>
#include <cmath>

namespace evenkeel::backend {

void LatencyHistogram::Record(base::Duration latency) {
  const int64_t value = std::max<int64_t>(0, latency.count());
  counts_.Add(value);
  sum_ += static_cast<double>(value);
  min_ = std::min(min_, value);
  max_ = std::max(max_, value);
}

base::Duration LatencyHistogram::mean() const {
  if (count() == 0) return {};
  return base::Duration(std::llround(sum_ / static_cast<double>(count())));
}

base::Duration LatencyHistogram::Quantile(double quantile) const {
  if (count() == 0) return {};
  return base::Duration(std::clamp(counts_.Quantile(quantile), min_, max_));
}

LatencyHistogram LatencyHistogram::Since(const LatencyHistogram& earlier) const {
  LatencyHistogram difference;
  difference.counts_ = counts_.Since(earlier.counts_);
  if (difference.count() == 0) return difference;
  difference.min_ = difference.counts_.Quantile(0);
  difference.max_ = difference.counts_.Quantile(1);
  difference.sum_ = sum_ - earlier.sum_;
  return difference;
}

}  // namespace evenkeel::backend
