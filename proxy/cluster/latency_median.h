// LatencyMedian: the median of what was observed since it was last taken.
//
// A histogram of atomics with eight buckets to the doubling, so a median is right to within 7 %.
// Any thread observes; one takes.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cstdint>

#include "lib/base/clock.h"

namespace evenkeel::proxy {

class LatencyMedian {
 public:
  struct Result {
    base::Duration median{};
    uint64_t samples = 0;
  };

  void Observe(base::Duration latency) {
    counts_[IndexOf(std::max<int64_t>(latency.count(), 0))].fetch_add(1, std::memory_order_relaxed);
  }
  uint64_t samples() const {
    uint64_t sum = 0;
    for (const auto& each : counts_) sum += each.load(std::memory_order_relaxed);
    return sum;
  }
  /// The median of everything so far, which is forgotten.
  Result Take();

 private:
  static constexpr int kSubBits = 3;
  static constexpr uint64_t kSub = uint64_t{1} << kSubBits;
  static constexpr size_t kBuckets = (64 - kSubBits) * kSub;

  // Below kSub each value has its bucket; above, the highest bits do.
  static size_t IndexOf(int64_t nanoseconds) {
    const auto value = static_cast<uint64_t>(nanoseconds);
    if (value < kSub) return value;
    const int shift = std::bit_width(value) - 1 - kSubBits;
    return static_cast<size_t>(shift + 1) * kSub + ((value >> shift) - kSub);
  }
  static base::Duration MiddleOf(size_t index) {
    if (index < kSub) return base::Duration(static_cast<int64_t>(index));
    const size_t shift = index / kSub - 1;
    const uint64_t low = (kSub + index % kSub) << shift;
    return base::Duration(static_cast<int64_t>(low + (uint64_t{1} << shift) / 2));
  }

  std::array<std::atomic<uint32_t>, kBuckets> counts_{};
};

inline LatencyMedian::Result LatencyMedian::Take() {
  std::array<uint32_t, kBuckets> counts;
  Result result;
  for (size_t i = 0; i < kBuckets; ++i) {
    counts[i] = counts_[i].exchange(0, std::memory_order_relaxed);
    result.samples += counts[i];
  }
  uint64_t seen = 0;
  for (size_t i = 0; i < kBuckets && result.samples > 0; ++i) {
    seen += counts[i];
    if (seen * 2 < result.samples) continue;
    result.median = MiddleOf(i);
    break;
  }
  return result;
}

}  // namespace evenkeel::proxy
