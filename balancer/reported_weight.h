// ReportedWeight: an endpoint's weight from its own load reports, with gRFC A58's rules on when it
// counts.
//
//   no report --Update--> blacked out --blackout over--> in use --no report for
//   expiry--> no report
//                               ^------------- Restart (connected anew) ------'
//
// Lock-free. Update on any thread, the rest on the main thread; a race costs one report at most.
#pragma once

#include <atomic>
#include <cstdint>

#include "lib/base/clock.h"

namespace evenkeel::balancer {

class ReportedWeight {
 public:
  /// `weight` is above 0.
  void Update(double weight, base::Time now) {
    const int64_t at = now.time_since_epoch().count();
    weight_.store(weight, std::memory_order_relaxed);
    last_.store(at, std::memory_order_relaxed);
    if (since_.load(std::memory_order_relaxed) == kNever) {
      since_.store(at, std::memory_order_relaxed);
    }
  }

  /// 0: not to be used, for there is no report, the last one is `expiry` old, or the first is
  /// younger than `blackout`.
  double Get(base::Time now, base::Duration expiry, base::Duration blackout) {
    const int64_t at = now.time_since_epoch().count();
    const int64_t since = since_.load(std::memory_order_relaxed);
    if (since == kNever) return 0;
    if (at - last_.load(std::memory_order_relaxed) >= expiry.count()) {
      Restart();
      return 0;
    }
    if (at - since < blackout.count()) return 0;
    return weight_.load(std::memory_order_relaxed);
  }

  /// The endpoint is connected anew: the black-out starts over with its next report.
  void Restart() { since_.store(kNever, std::memory_order_relaxed); }

 private:
  static constexpr int64_t kNever = INT64_MIN;

  std::atomic<double> weight_{0};
  std::atomic<int64_t> since_{kNever};
  std::atomic<int64_t> last_{0};
};

}  // namespace evenkeel::balancer
