// ConnectionLifetime: when a client connection is to go for being idle or old (gRFC A9), or because
// its client's certificate is good no longer.
//
//   kOpen ──idle, of age, expired──> kDraining ──grace, if any──> kOver
// Pure: its connection asks at due() and does what it says. The age differs by up to 10 % from one
// connection to the next, so that clients who came together do not come back together.
#pragma once

#include <cstddef>

#include "lib/base/clock.h"
#include "lib/base/random.h"
#include "lib/config/client_connection.h"

namespace evenkeel::proxy {

class ConnectionLifetime {
 public:
  using Settings = config::ConnectionLifetime;
  enum class Action {
    kWait,          ///< until due()
    kDrainIdle,     ///< no call for max_idle; it stays at that
    kDrainOld,      ///< max_age; ask again at due()
    kDrainExpired,  ///< the end of its certificate; ask again at due()
    kEndCalls,      ///< the grace after max_age is over; nothing follows
  };

  ConnectionLifetime(const Settings& settings, base::Time now, base::Random& random);

  /// The client's certificate ends then: so does the connection, as if it were of age. At most
  /// once.
  void ExpireAt(base::Time end);
  /// The last call has ended.
  void OnIdle(base::Time now) { idle_since_ = now; }
  /// To be asked at due().
  Action Look(base::Time now, size_t open_calls);
  /// When to ask next; Time::max(): never.
  base::Time due() const { return due_; }

 private:
  enum class State { kOpen, kDraining, kOver };

  Action Drain(Action why, base::Time due);
  base::Time IdleEnd(base::Time now, size_t open_calls) const;

  const Settings settings_;
  State state_ = State::kOpen;
  base::Time idle_since_;
  base::Time age_end_ = base::Time::max();
  base::Time expiry_ = base::Time::max();
  base::Time due_ = base::Time::max();
};

}  // namespace evenkeel::proxy
