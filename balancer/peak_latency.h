// PeakLatency: one endpoint's latency as a peak-sensitive moving average.
//
// A sample above the average replaces it at once; below, the average falls exponentially with the
// time since the last sample. So trouble is seen in one call and forgotten slowly. Lock-free, any
// thread; when two threads race one of the two samples may be lost, which an average survives.
#pragma once

#include <atomic>
#include <cstdint>

#include "lib/base/clock.h"

namespace evenkeel::balancer {

class PeakLatency {
 public:
  /// `decay`: the time in which a peak falls to 1/e of itself; above 0.
  void Observe(base::Duration sample, base::Time now, base::Duration decay) {
    const auto latency = static_cast<double>(sample.count());
    const double old = nanoseconds_.load(std::memory_order_relaxed);
    const double kept = latency >= old ? 0 : Weight(now, decay);
    nanoseconds_.store(old * kept + latency * (1 - kept), std::memory_order_relaxed);
    stamp_.store(now.time_since_epoch().count(), std::memory_order_relaxed);
  }

  /// Nanoseconds; `typical` when there was no sample. Without news the estimate drifts to `typical`
  /// at the rate of `decay`, so an endpoint once slow gets another chance.
  double Estimate(base::Time now, double typical, base::Duration decay) const {
    const double known = nanoseconds_.load(std::memory_order_relaxed);
    if (known == 0) return typical;
    return typical + (known - typical) * Weight(now, decay);
  }

 private:
  // exp(-age / decay) to three terms of its series: exact where estimates are fresh, and a tenth of
  // exp()'s cost where a pick scans many endpoints.
  double Weight(base::Time now, base::Duration decay) const {
    const int64_t age = now.time_since_epoch().count() - stamp_.load(std::memory_order_relaxed);
    if (age <= 0) return 1;
    const double x = static_cast<double>(age) / static_cast<double>(decay.count());
    return 1 / (1 + x * (1 + x * (0.5 + x * (1.0 / 6))));
  }

  std::atomic<double> nanoseconds_{0};
  std::atomic<int64_t> stamp_{0};
};

}  // namespace evenkeel::balancer
