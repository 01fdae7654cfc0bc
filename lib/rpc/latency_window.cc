#include "lib/rpc/latency_window.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "lib/base/log_buckets.h"

namespace evenkeel::rpc {

using std::chrono::microseconds;
using Buckets = base::LogBuckets<3>;  // of microseconds

void LatencyWindow::Add(base::Duration latency) {
  const auto micros = std::chrono::duration_cast<microseconds>(latency).count();
  const size_t bucket = Buckets::IndexOf(static_cast<uint64_t>(std::max<int64_t>(micros, 0)));
  ++counts_[std::min(bucket, kBuckets - 1)];
  if (++newer_count_ < kHalf) return;
  for (size_t i = 0; i < kBuckets; ++i) counts_[i] -= older_[i];
  older_ = counts_;
  older_count_ = std::exchange(newer_count_, 0);
}

std::optional<base::Duration> LatencyWindow::Percentile(uint32_t percent) const {
  const uint64_t count = newer_count_ + older_count_;
  if (count < kEnough) return std::nullopt;
  const size_t bucket = base::BucketOfRank(counts_, (count * percent + 99) / 100);
  return microseconds(Buckets::EndOf(bucket));
}

}  // namespace evenkeel::rpc
