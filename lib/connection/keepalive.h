// Keepalive: when a peer gets a PING, and when its connection counts as dead (gRFC A8 and A9).
//
//   last byte read ──time──> PING ──timeout without a byte──> dead
// A byte is any byte: who sends is alive. Without a call there is no PING, unless allowed; then the
// first call after a long silence has one sent before it. Pure.
#pragma once

#include <cstdint>

#include "lib/base/clock.h"

namespace evenkeel::rpc {

class Keepalive {
 public:
  struct Settings {
    base::Duration time{};     ///< 0: no PINGs at all
    base::Duration timeout{};  ///< above 0
    enum class WithoutCalls : bool { kNo, kYes } without_calls = WithoutCalls::kNo;
    bool operator==(const Settings&) const = default;
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
  /// After kSleep: only OnCall wakes it.
  bool sleeping() const { return sleeping_; }

 private:
  const Settings settings_;
  base::Time last_read_;
  base::Time pinged_{};  // the epoch: no PING is under way
  base::Time due_{};
  bool sleeping_ = false;
};

}  // namespace evenkeel::rpc
