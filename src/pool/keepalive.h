// Keepalive: when a connection to an endpoint gets a PING, and when it counts as dead (gRFC A8).
//
//   last byte read ──time──> PING ──timeout without a byte──> dead
// A byte is any byte: who sends is alive. Without a call there is no PING, unless allowed; then the
// first call after a long silence has one sent before it. Pure.
#pragma once

#include <atomic>
#include <cstdint>

#include "base/clock.h"

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

class Keepalive {
 public:
  struct Settings {
    base::Duration time{};     ///< 0: no PINGs at all
    base::Duration timeout{};  ///< above 0
    enum class WithoutCalls : bool { kNo, kYes } without_calls = WithoutCalls::kNo;
  };

  enum class Action {
    kWait,   ///< until due()
    kPing,   ///< then until due()
    kSleep,  ///< no call, no PING: until a call starts
    kDie,    ///< the connection is dead
  };

  Keepalive(const Settings& settings, base::Time now) : settings_(settings), last_read_(now) {}

  void OnRead(base::Time now) { last_read_ = now; }
  /// A call starts on `open_calls` others. Precondition: settings.time > 0.
  Action OnCall(base::Time now) { return sleeping_ ? Look(now, 1) : Action::kWait; }
  /// To be asked at due().
  Action Look(base::Time now, size_t open_calls);
  base::Time due() const { return due_; }

 private:
  const Settings settings_;
  base::Time last_read_;
  base::Time pinged_{};  // the epoch: no PING is under way
  base::Time due_{};
  bool sleeping_ = false;
};

}  // namespace evenkeel::pool
