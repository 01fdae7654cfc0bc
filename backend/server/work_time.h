// WorkTime and FaultInjector: what a replica's calls suffer by chance. Both draw from a Random of
// their own, so that the n-th call meets the same fault in every run with the same seed.
#pragma once

#include "lib/base/clock.h"
#include "lib/base/random.h"

namespace evenkeel::backend {

/// How long work on a call takes: even between latency - jitter and latency + jitter.
class WorkTime {
 public:
  /// `jitter` must not exceed `latency`.
  WorkTime(base::Duration latency, base::Duration jitter, uint64_t seed)
      : latency_(latency), jitter_(jitter), random_(seed) {}

  base::Duration Draw() {
    if (jitter_ == base::Duration::zero()) return latency_;
    const auto width = static_cast<uint64_t>(2 * jitter_.count() + 1);
    return latency_ - jitter_ + base::Duration(static_cast<int64_t>(random_.Below(width)));
  }

 private:
  const base::Duration latency_;
  const base::Duration jitter_;
  base::Random random_;
};

/// Which calls fail.
class FaultInjector {
 public:
  /// `rate` is the share of calls that fail, 0 to 1.
  FaultInjector(double rate, uint64_t seed) : rate_(rate), random_(seed) {}

  bool Draw() { return rate_ > 0 && random_.Unit() < rate_; }

 private:
  const double rate_;
  base::Random random_;
};

}  // namespace evenkeel::backend
