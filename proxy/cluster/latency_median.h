// LatencyMedian: the median of what was observed since it was last taken.
//
// A histogram of atomics with eight buckets to the doubling, so a median is right to within 7 %.
// Any thread observes; one takes.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>

#include "lib/base/clock.h"
#include "lib/base/log_buckets.h"

namespace evenkeel::proxy {

class LatencyMedian {
 public:
  struct Result {
    base::Duration median{};
    uint64_t samples = 0;
  };

  void Observe(base::Duration latency) {
    const auto nanoseconds = static_cast<uint64_t>(std::max<int64_t>(latency.count(), 0));
    counts_[Buckets::IndexOf(nanoseconds)].fetch_add(1, std::memory_order_relaxed);
  }
  uint64_t samples() const {
    uint64_t sum = 0;
    for (const auto& each : counts_) sum += each.load(std::memory_order_relaxed);
    return sum;
  }
  /// The median of everything so far, which is forgotten.
  Result Take();

 private:
  using Buckets = base::LogBuckets<3>;  // of nanoseconds

  std::array<std::atomic<uint32_t>, Buckets::kCount> counts_{};
};

inline LatencyMedian::Result LatencyMedian::Take() {
  std::array<uint32_t, Buckets::kCount> counts;
  Result result;
  for (size_t i = 0; i < counts.size(); ++i) {
    counts[i] = counts_[i].exchange(0, std::memory_order_relaxed);
    result.samples += counts[i];
  }
  if (result.samples == 0) return result;
  const size_t middle = base::BucketOfRank(counts, (result.samples + 1) / 2);
  result.median = base::Duration(static_cast<int64_t>(Buckets::MiddleOf(middle)));
  return result;
}

}  // namespace evenkeel::proxy
