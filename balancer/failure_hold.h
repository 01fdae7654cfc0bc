// FailureHold: keeps a failed attempt's place taken for a while, so that failing fast does not look
// like being idle.
//
// A replica that refuses every call at once has nothing in flight; by load alone it would draw all
// the calls of its cluster. So each failure counts as one more attempt in flight for `hold` after
// it ended, about as long as a call that works would have stayed (Little's law then gives the
// replica at most its fair share). Lock-free, any thread; a race may lose one failure of two.
#pragma once

#include <atomic>
#include <cmath>
#include <cstdint>

#include "lib/base/clock.h"

namespace evenkeel::balancer {

class FailureHold {
 public:
  /// One failure at `now`. `hold` is above 0.
  void Add(base::Time now, base::Duration hold) {
    held_.store(Left(now, hold) + 1, std::memory_order_relaxed);
    stamp_.store(now.time_since_epoch().count(), std::memory_order_relaxed);
  }

  /// Places still held: whole ones, so that endpoints without a recent failure stay equal.
  int64_t Count(base::Time now, base::Duration hold) const {
    if (held_.load(std::memory_order_relaxed) == 0) return 0;
    return static_cast<int64_t>(Left(now, hold) + 0.5);
  }

 private:
  // Halved every `hold`: a single failure rounds to one place until then, to none after.
  double Left(base::Time now, base::Duration hold) const {
    const double held = held_.load(std::memory_order_relaxed);
    const int64_t age = now.time_since_epoch().count() - stamp_.load(std::memory_order_relaxed);
    if (held == 0 || age <= 0) return held;
    return held * std::exp2(-static_cast<double>(age) / static_cast<double>(hold.count()));
  }

  std::atomic<double> held_{0};
  std::atomic<int64_t> stamp_{0};
};

}  // namespace evenkeel::balancer
