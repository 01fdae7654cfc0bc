// LatencyHistogram: how long things took, in the buckets that gRPC's own metrics use (gRFC A66).
//
// One writer, any reader, as Counter. A reader that comes between two stores sees one of them; the
// buckets alone decide the count, so what it exports never contradicts itself.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>

#include "lib/base/clock.h"
#include "lib/telemetry/counter.h"

namespace evenkeel::telemetry {

/// The inclusive upper bounds of all buckets but the last, which is unbounded (gRFC A66).
inline constexpr auto kLatencyBounds = [] {
  using namespace std::chrono_literals;
  return std::array<base::Duration, 41>{
      0us,   10us,  50us,  100us, 300us, 600us, 800us, 1ms,  2ms,  3ms,  4ms,   5ms,   6ms,   8ms,
      10ms,  13ms,  16ms,  20ms,  25ms,  30ms,  40ms,  50ms, 65ms, 80ms, 100ms, 130ms, 160ms, 200ms,
      250ms, 300ms, 400ms, 500ms, 650ms, 800ms, 1s,    2s,   5s,   10s,  20s,   50s,   100s};
}();

inline constexpr size_t kLatencyBucketCount = kLatencyBounds.size() + 1;

class LatencyHistogram {
 public:
  /// A negative duration counts as zero. Its one writer's thread only.
  void Observe(base::Duration duration) {
    duration = std::max(duration, base::Duration::zero());
    const auto bound = std::lower_bound(kLatencyBounds.begin(), kLatencyBounds.end(), duration);
    buckets_[static_cast<size_t>(bound - kLatencyBounds.begin())].Add();
    nanoseconds_.Add(static_cast<uint64_t>(duration.count()));
  }

  /// Observations in bucket `index` alone, not cumulative; below kLatencyBucketCount. Any thread.
  uint64_t bucket(size_t index) const { return buckets_[index].value(); }
  /// All observations added up, in nanoseconds (wraps after 584 years). Any thread.
  uint64_t nanoseconds() const { return nanoseconds_.value(); }

 private:
  std::array<Counter, kLatencyBucketCount> buckets_;
  Counter nanoseconds_;
};

}  // namespace evenkeel::telemetry
