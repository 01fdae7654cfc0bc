// KeepaliveMemory: how patient an endpoint has asked us to be with PINGs. Shared by all workers'
// pools of the endpoint; any thread.
#pragma once

#include <atomic>
#include <cstdint>

#include "lib/base/clock.h"

namespace evenkeel::pool {

/// What was learnt of one endpoint by all workers' connections to it: each GOAWAY that says
/// too_many_pings doubles the time between PINGs for good. Any thread.
class KeepaliveMemory {
 public:
  void Double() {
    uint32_t doublings = doublings_.load(std::memory_order_relaxed);
    if (doublings < kMost) doublings_.store(doublings + 1, std::memory_order_relaxed);
  }
  base::Duration Stretch(base::Duration time) const {
    return time * (int64_t{1} << doublings_.load(std::memory_order_relaxed));
  }

 private:
  static constexpr uint32_t kMost = 16;
  std::atomic<uint32_t> doublings_{0};
};

}  // namespace evenkeel::pool
