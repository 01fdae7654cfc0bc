// Histogram: latencies in buckets of 0.2 % width, from 1 us to hours; for quantiles of millions
// of calls in little memory.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <vector>

namespace evenkeel::sim {

class Histogram {
 public:
  void Add(int64_t nanoseconds) {
    const size_t bucket = Bucket(nanoseconds);
    if (bucket >= counts_.size()) counts_.resize(bucket + 1);
    ++counts_[bucket];
    ++total_;
  }

  uint64_t total() const { return total_; }

  /// Nanoseconds below which `quantile` of the values lie; 0 without any.
  int64_t Quantile(double quantile) const {
    const auto rank = static_cast<uint64_t>(quantile * static_cast<double>(total_));
    uint64_t seen = 0;
    for (size_t i = 0; i < counts_.size(); ++i) {
      seen += counts_[i];
      if (seen > rank) return Middle(i);
    }
    return counts_.empty() ? 0 : Middle(counts_.size() - 1);
  }

  /// Values below `nanoseconds`.
  uint64_t CountBelow(int64_t nanoseconds) const {
    uint64_t count = 0;
    const size_t end = std::min(Bucket(nanoseconds), counts_.size());
    for (size_t i = 0; i < end; ++i) count += counts_[i];
    return count;
  }

 private:
  static constexpr int kSubBits = 9;

  // Exponent and the top kSubBits + 1 bits of the value in units of 8 ns.
  static size_t Bucket(int64_t nanoseconds) {
    const auto value = static_cast<uint64_t>(std::max<int64_t>(nanoseconds, 0)) >> 3;
    const int shift = std::max(0, static_cast<int>(std::bit_width(value)) - kSubBits - 1);
    return (static_cast<size_t>(shift) << kSubBits) + (value >> shift);
  }

  static int64_t Middle(size_t bucket) {
    const size_t half = size_t{1} << kSubBits;
    const size_t shift = bucket < 2 * half ? 0 : (bucket >> kSubBits) - 1;
    const uint64_t value = (bucket - (shift << kSubBits)) << shift;
    const uint64_t width = uint64_t{1} << shift;
    return static_cast<int64_t>((value + width / 2) << 3);
  }

  std::vector<uint64_t> counts_;
  uint64_t total_ = 0;
};

}  // namespace evenkeel::sim
