// LogBuckets: values in buckets of equal relative width, for quantiles of any number of values in
// fixed memory (as in HdrHistogram, Tene 2012).
//
// Arithmetic only: who uses it keeps the counts, plain or atomic, and chooses the unit of the
// values. LogHistogram is the plain one. telemetry::LatencyHistogram has the bounds that gRPC
// prescribes instead.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace evenkeel::base {

/// 2^kStepBits buckets to each doubling, so a bucket is at most 2^-kStepBits of its values wide;
/// below 2^(kStepBits + 1) each value has its own.
template <int kStepBits>
struct LogBuckets {
  static constexpr size_t kSteps = size_t{1} << kStepBits;
  /// For values below 2^63.
  static constexpr size_t kCount = (64 - kStepBits) * kSteps;

  /// The bits after the leading one choose the bucket within the doubling.
  static constexpr size_t IndexOf(uint64_t value) {
    const int shift = std::max(0, static_cast<int>(std::bit_width(value)) - kStepBits - 1);
    return static_cast<size_t>(shift) * kSteps + static_cast<size_t>(value >> shift);
  }
  static constexpr uint64_t LowestOf(size_t index) {
    const size_t shift = ShiftOf(index);
    return uint64_t{index - shift * kSteps} << shift;
  }
  static constexpr uint64_t MiddleOf(size_t index) {
    return LowestOf(index) + (uint64_t{1} << ShiftOf(index)) / 2;
  }
  /// The lowest value above the bucket.
  static constexpr uint64_t EndOf(size_t index) { return LowestOf(index + 1); }

 private:
  static constexpr size_t ShiftOf(size_t index) {
    return index < 2 * kSteps ? 0 : index / kSteps - 1;
  }
};

/// The bucket with the value that comes `rank`-th, from 1, of all that are counted in ascending
/// order; the last bucket where there are fewer. Precondition: there is a bucket.
template <typename Counts>
size_t BucketOfRank(const Counts& counts, uint64_t rank) {
  uint64_t seen = 0;
  for (size_t i = 0; i + 1 < counts.size(); ++i) {
    seen += counts[i];
    if (seen >= rank) return i;
  }
  return counts.size() - 1;
}

}  // namespace evenkeel::base
