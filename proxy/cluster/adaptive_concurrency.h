// AdaptiveConcurrency: keeps a cluster's limit of calls at what its gradient says.
//
// Shared by all workers, who observe latencies; the main thread turns the windows.
#pragma once

#include "lib/base/limit.h"
#include "proxy/cluster/concurrency_gradient.h"
#include "proxy/cluster/latency_median.h"

namespace evenkeel::proxy {

class AdaptiveConcurrency {
 public:
  /// `limit` outlives this.
  AdaptiveConcurrency(const ConcurrencyGradient::Settings& settings, base::Limit& limit,
                      base::Time now)
      : gradient_(settings, now), limit_(limit) {
    limit_.set_max(gradient_.limit());
  }

  /// An attempt got its answer after `latency`. Any thread.
  void Observe(base::Duration latency) { latencies_.Observe(latency); }

  /// Main thread, at each end of a window. One with few calls says nothing and goes on.
  void Turn(base::Time now);

  const ConcurrencyGradient& gradient() const { return gradient_; }

 private:
  static constexpr uint64_t kEnoughSamples = 10;

  ConcurrencyGradient gradient_;
  base::Limit& limit_;
  LatencyMedian latencies_;
  uint64_t refused_ = 0;  // of limit_ at the last turn
};

inline void AdaptiveConcurrency::Turn(base::Time now) {
  using Demand = ConcurrencyGradient::Demand;
  if (latencies_.samples() < kEnoughSamples) return;
  const bool at_limit = limit_.refused() > refused_ || limit_.used() >= limit_.max();
  refused_ = limit_.refused();
  gradient_.OnWindow(now, latencies_.Take().median,
                     at_limit ? Demand::kAtLimit : Demand::kBelowLimit);
  limit_.set_max(gradient_.limit());
}

}  // namespace evenkeel::proxy
