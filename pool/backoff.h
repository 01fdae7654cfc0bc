// Backoff: when to try to connect again (grpc/grpc doc/connection-backoff.md). Pure.
//
// Counted from the start of the attempt before, so a connection that lived longer than the current
// delay is replaced at once, and one that dies young is not retried in a hot loop. Nor is an
// endpoint that greets each connection and says goodbye at once: its delays grow, where the
// document would have each SETTINGS start over.
#pragma once

#include "lib/base/clock.h"
#include "lib/base/random.h"
#include "lib/config/config.h"

namespace evenkeel::pool {

class Backoff {
 public:
  /// What is not said is as for connections.
  struct Settings {
    base::Duration initial =
        config::Connection{}.initial_backoff;                     ///< > 0; after the first attempt
    base::Duration max = config::Connection{}.max_backoff;        ///< >= initial
    double multiplier = config::Connection{}.backoff_multiplier;  ///< >= 1
    double jitter = config::Connection{}.backoff_jitter;  ///< each delay ± this share; 0 to 1
    bool operator==(const Settings&) const = default;
  };

  explicit Backoff(const Settings& settings) : settings_(settings), delay_(settings.initial) {}

  /// An attempt starts now; fixes the earliest time of the next.
  void AttemptStarted(base::Time now, base::Random& random);
  /// A connection has worked for a while: start over with short delays.
  void Reset() { delay_ = settings_.initial; }
  /// For the delays to come; starts over with short ones.
  void SetSettings(const Settings& settings) {
    settings_ = settings;
    Reset();
  }
  /// When the next attempt may start; in the past before the first one.
  base::Time next() const { return next_; }

 private:
  Settings settings_;
  base::Duration delay_;
  base::Time next_{};
};

}  // namespace evenkeel::pool
