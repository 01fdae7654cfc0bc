// HedgePlan: when a hedged call sends its next attempt (gRFC A6, "Hedging Policy"). Pure: the time
// is handed in. Part of one call; tokens and budget are asked by whoever sends.
#pragma once

#include <algorithm>
#include <optional>

#include "lib/base/clock.h"
#include "lib/rpc/pushback.h"
#include "lib/rpc/retry_sequence.h"

namespace evenkeel::rpc {

/// A method's rules for hedging, but for the delay.
struct HedgingPolicy {
  int max_attempts = 2;  ///< the first included; 2 to kMaxAttempts
  StatusSet non_fatal;
};

class HedgePlan {
 public:
  /// `delay`: between two attempts. Nothing: hedges go out only after non-fatal failures.
  void Begin(int max_attempts, std::optional<base::Duration> delay) {
    left_ = std::min(max_attempts, kMaxAttempts);
    delay_ = delay;
  }

  /// An attempt goes out.
  void Started(base::Time now) {
    --left_;
    next_ = delay_ ? std::optional(now + *delay_) : std::nullopt;
  }
  /// An attempt ended with a status that does not end the call: the next goes out at once, or when
  /// the endpoint says, or never.
  void Failed(const Pushback& pushback, base::Time now) {
    if (pushback.kind == Pushback::Kind::kStop) return Stop();
    next_ = now + pushback.wait;
  }
  /// There are no more.
  void Stop() { left_ = 0; }

  /// When the next attempt is to go out; nothing: none is.
  std::optional<base::Time> next() const { return left_ > 0 ? next_ : std::nullopt; }

 private:
  int left_ = 0;
  std::optional<base::Duration> delay_;
  std::optional<base::Time> next_;
};

}  // namespace evenkeel::rpc
