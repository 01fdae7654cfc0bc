#include "health/outcome_counters.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace evenkeel::health {
namespace {

constexpr int kSmallestExponent = 16;  // 2^16 ns, about 64 µs
constexpr int kStepsShift = 2;         // 4 buckets to a doubling

// Bucket 0 is up to 2^16 ns; then 4 linear steps in each doubling.
size_t BucketOf(base::Duration latency) {
  const auto nanoseconds = static_cast<uint64_t>(std::max<int64_t>(latency.count(), 0));
  if (nanoseconds < (uint64_t{1} << kSmallestExponent)) return 0;
  const int exponent = 63 - __builtin_clzll(nanoseconds);
  const uint64_t step = (nanoseconds >> (exponent - kStepsShift)) & ((1U << kStepsShift) - 1);
  const auto bucket = (static_cast<size_t>(exponent - kSmallestExponent) << kStepsShift) + step + 1;
  return std::min(bucket, OutcomeCounters::kLatencyBuckets - 1);
}

base::Duration UpperBound(size_t bucket) {
  const size_t octave = bucket >> kStepsShift;
  const size_t step = bucket & ((1U << kStepsShift) - 1);
  const uint64_t base = uint64_t{1} << (octave + kSmallestExponent);
  return base::Duration(static_cast<int64_t>(base + step * (base >> kStepsShift)));
}

}  // namespace

OutcomeCounters::Snapshot OutcomeCounters::Snapshot::Since(const Snapshot& earlier) const {
  Snapshot result;
  result.successes = successes - earlier.successes;
  result.failures = failures - earlier.failures;
  std::ranges::transform(failures_by_status, earlier.failures_by_status,
                         result.failures_by_status.begin(), std::minus<>());
  std::ranges::transform(latency, earlier.latency, result.latency.begin(), std::minus<>());
  return result;
}

base::Duration OutcomeCounters::Snapshot::P90() const {
  const uint64_t total = std::accumulate(latency.begin(), latency.end(), uint64_t{0});
  uint64_t seen = 0;
  for (size_t i = 0; i < kLatencyBuckets; ++i) {
    seen += latency[i];
    if (seen * 10 >= total * 9) return UpperBound(i);
  }
  return UpperBound(kLatencyBuckets - 1);
}

bool OutcomeCounters::Record(rpc::Verdict verdict, rpc::StatusCode status, base::Duration latency) {
  if (verdict == rpc::Verdict::kNeutral) return false;
  latency_[BucketOf(latency)].fetch_add(1, std::memory_order_relaxed);
  if (verdict == rpc::Verdict::kSuccess) {
    successes_.fetch_add(1, std::memory_order_relaxed);
    if (run_.load(std::memory_order_relaxed) != 0) ResetRun();
    return false;
  }
  failures_[static_cast<size_t>(status)].fetch_add(1, std::memory_order_relaxed);
  const uint32_t run = run_.fetch_add(1, std::memory_order_relaxed) + 1;
  return threshold_ > 0 && run % threshold_ == 0;
}

OutcomeCounters::Snapshot OutcomeCounters::Read() const {
  const auto load = [](const Count& count) { return count.load(std::memory_order_relaxed); };
  Snapshot result;
  result.successes = load(successes_);
  std::ranges::transform(failures_, result.failures_by_status.begin(), load);
  std::ranges::transform(latency_, result.latency.begin(), load);
  result.failures = std::accumulate(result.failures_by_status.begin(),
                                    result.failures_by_status.end(), uint32_t{0});
  return result;
}

}  // namespace evenkeel::health
