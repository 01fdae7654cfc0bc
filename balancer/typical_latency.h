// TypicalLatency: how long a call that works takes in this cluster, over all endpoints.
//
// A policy owns one and shares it with its pickers. Lock-free, any thread; racing samples may be
// lost.
#pragma once

#include <algorithm>
#include <atomic>

#include "lib/base/clock.h"

namespace evenkeel::balancer {

class TypicalLatency {
 public:
  void Observe(base::Duration sample) {
    const auto latency = static_cast<double>(sample.count());
    const double old = nanoseconds_.load(std::memory_order_relaxed);
    nanoseconds_.store(
        seen_.load(std::memory_order_relaxed) ? old + (latency - old) * kNewShare : latency,
        std::memory_order_relaxed);
    if (!seen_.load(std::memory_order_relaxed)) seen_.store(true, std::memory_order_relaxed);
  }

  /// Nanoseconds; 30 ms before the first sample.
  double Nanoseconds() const { return nanoseconds_.load(std::memory_order_relaxed); }

  /// The typical latency `times` over, within what is sensible for holding a place.
  base::Duration Hold(double times) const {
    return std::clamp(base::Duration(static_cast<int64_t>(Nanoseconds() * times)), kMinHold,
                      kMaxHold);
  }

 private:
  static constexpr double kNewShare = 1.0 / 64;
  static constexpr base::Duration kMinHold = std::chrono::milliseconds(1);
  static constexpr base::Duration kMaxHold = std::chrono::seconds(10);

  std::atomic<double> nanoseconds_{30e6};
  std::atomic<bool> seen_{false};
};

}  // namespace evenkeel::balancer
