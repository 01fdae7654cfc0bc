#include "lib/rpc/latency_window.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace evenkeel::rpc {
namespace {

// Microseconds in a number of eight steps for each doubling; below 8 each has its own.
constexpr size_t kSteps = 8;

size_t BucketOf(base::Duration latency, size_t buckets) {
  const auto micros = static_cast<uint64_t>(
      std::max<int64_t>(std::chrono::duration_cast<std::chrono::microseconds>(latency).count(), 0));
  if (micros < kSteps) return micros;
  const auto doublings = static_cast<size_t>(std::bit_width(micros / kSteps)) - 1;
  const size_t bucket = doublings * kSteps + static_cast<size_t>(micros >> doublings);
  return std::min(bucket, buckets - 1);
}

// The lowest latency above the bucket.
base::Duration EndOf(size_t bucket) {
  if (bucket < kSteps) return std::chrono::microseconds(bucket + 1);
  const size_t doublings = bucket / kSteps - 1;
  return std::chrono::microseconds((bucket % kSteps + kSteps + 1) << doublings);
}

}  // namespace

void LatencyWindow::Add(base::Duration latency) {
  ++newer_[BucketOf(latency, kBuckets)];
  if (++newer_count_ < kHalf) return;
  older_ = std::exchange(newer_, {});
  older_count_ = std::exchange(newer_count_, 0);
}

std::optional<base::Duration> LatencyWindow::Percentile(uint32_t percent) const {
  const uint64_t count = newer_count_ + older_count_;
  if (count < kEnough) return std::nullopt;
  uint64_t left = (count * percent + 99) / 100;
  for (size_t i = 0; i < kBuckets; ++i) {
    const uint64_t here = uint64_t{newer_[i]} + older_[i];
    if (here >= left) return EndOf(i);
    left -= here;
  }
  return std::nullopt;
}

}  // namespace evenkeel::rpc
