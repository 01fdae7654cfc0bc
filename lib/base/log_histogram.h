// LogHistogram: how many values fell into each of LogBuckets, for quantiles. Memory for the buckets
// in use and those below. Not thread-safe.
#pragma once

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "lib/base/log_buckets.h"

namespace evenkeel::base {

template <int kStepBits>
class LogHistogram {
 public:
  /// A negative value counts as 0.
  void Add(int64_t value) {
    Count(Buckets::IndexOf(static_cast<uint64_t>(std::max<int64_t>(value, 0))), 1);
  }

  uint64_t count() const { return count_; }
  /// The middle of the bucket with the value that a share `quantile` (0 to 1) did not exceed; 0
  /// while empty.
  int64_t Quantile(double quantile) const {
    if (count_ == 0) return 0;
    const auto rank = static_cast<uint64_t>(std::ceil(quantile * static_cast<double>(count_)));
    const size_t bucket = BucketOfRank(counts_, std::max<uint64_t>(rank, 1));
    return static_cast<int64_t>(Buckets::MiddleOf(bucket));
  }
  /// Values in buckets below that of `value`, which is not negative.
  uint64_t CountBelow(int64_t value) const {
    const size_t end = std::min(Buckets::IndexOf(static_cast<uint64_t>(value)), counts_.size());
    return std::accumulate(counts_.begin(), counts_.begin() + static_cast<ptrdiff_t>(end),
                           uint64_t{0});
  }
  /// What was added since `earlier` was copied from this.
  LogHistogram Since(const LogHistogram& earlier) const {
    LogHistogram difference;
    for (size_t i = 0; i < counts_.size(); ++i) {
      const uint64_t before = i < earlier.counts_.size() ? earlier.counts_[i] : 0;
      if (counts_[i] > before) difference.Count(i, counts_[i] - before);
    }
    return difference;
  }

 private:
  using Buckets = LogBuckets<kStepBits>;

  void Count(size_t bucket, uint64_t times) {
    if (bucket >= counts_.size()) counts_.resize(bucket + 1);
    counts_[bucket] += times;
    count_ += times;
  }

  std::vector<uint64_t> counts_;
  uint64_t count_ = 0;
};

}  // namespace evenkeel::base
