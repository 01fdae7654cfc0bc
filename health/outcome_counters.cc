#include "health/outcome_counters.h"

#include <algorithm>
#include <numeric>

#include "lib/base/log_buckets.h"

namespace evenkeel::health {
namespace {

using Buckets = base::LogBuckets<2>;
constexpr int kUnitBits = 14;  // of 2^14 ns, some 16 µs

size_t BucketOf(base::Duration latency) {
  const auto nanoseconds = static_cast<uint64_t>(std::max<int64_t>(latency.count(), 0));
  return std::min(Buckets::IndexOf(nanoseconds >> kUnitBits), OutcomeCounters::kLatencyBuckets - 1);
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
  const size_t bucket = base::BucketOfRank(latency, (total * 9 + 9) / 10);
  return base::Duration(static_cast<int64_t>(Buckets::EndOf(bucket) << kUnitBits));
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
