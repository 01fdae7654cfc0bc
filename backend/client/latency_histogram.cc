#include "backend/client/latency_histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace evenkeel::backend {
namespace {

constexpr int kStepBits = std::countr_zero(LatencyHistogram::kSteps);
constexpr size_t kBuckets = (64 - kStepBits) * LatencyHistogram::kSteps;

// Up to 2 * kSteps each nanosecond has its own bucket; beyond, the kStepBits after the leading one
// choose the bucket within the power of two.
size_t BucketOf(uint64_t value) {
  const int shift = std::max(0, static_cast<int>(std::bit_width(value)) - kStepBits - 1);
  return static_cast<size_t>(shift) * LatencyHistogram::kSteps + (value >> shift);
}

int64_t MiddleOf(size_t bucket) {
  if (bucket < 2 * LatencyHistogram::kSteps) return static_cast<int64_t>(bucket);
  const size_t shift = bucket / LatencyHistogram::kSteps - 1;
  const uint64_t low = (bucket - shift * LatencyHistogram::kSteps) << shift;
  return static_cast<int64_t>(low + (uint64_t{1} << shift) / 2);
}

}  // namespace

LatencyHistogram::LatencyHistogram()
    : counts_(kBuckets), min_(std::numeric_limits<int64_t>::max()) {}

void LatencyHistogram::Record(base::Duration latency) {
  const int64_t value = std::max<int64_t>(0, latency.count());
  ++counts_[BucketOf(static_cast<uint64_t>(value))];
  ++count_;
  sum_ += static_cast<double>(value);
  min_ = std::min(min_, value);
  max_ = std::max(max_, value);
}

base::Duration LatencyHistogram::min() const { return base::Duration(count_ == 0 ? 0 : min_); }

base::Duration LatencyHistogram::mean() const {
  if (count_ == 0) return {};
  return base::Duration(std::llround(sum_ / static_cast<double>(count_)));
}

base::Duration LatencyHistogram::Quantile(double quantile) const {
  if (count_ == 0) return {};
  const auto wanted = static_cast<uint64_t>(std::ceil(quantile * static_cast<double>(count_)));
  const uint64_t rank = std::clamp<uint64_t>(wanted, 1, count_);
  uint64_t seen = 0;
  for (size_t bucket = 0; bucket < counts_.size(); ++bucket) {
    seen += counts_[bucket];
    if (seen >= rank) return base::Duration(std::clamp(MiddleOf(bucket), min_, max_));
  }
  return max();
}

LatencyHistogram LatencyHistogram::Since(const LatencyHistogram& earlier) const {
  LatencyHistogram difference;
  for (size_t bucket = 0; bucket < counts_.size(); ++bucket) {
    const uint64_t count = counts_[bucket] - earlier.counts_[bucket];
    if (count == 0) continue;
    difference.counts_[bucket] = count;
    difference.count_ += count;
    difference.min_ = std::min(difference.min_, MiddleOf(bucket));
    difference.max_ = MiddleOf(bucket);
  }
  difference.sum_ = sum_ - earlier.sum_;
  return difference;
}

}  // namespace evenkeel::backend
