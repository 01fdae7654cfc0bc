// RefreshSchedule: when to ask DNS again. Pure: random is handed in, no clock is needed.
#pragma once

#include "lib/base/clock.h"
#include "lib/base/random.h"
#include "lib/config/discovery.h"

namespace evenkeel::discovery {

class RefreshSchedule {
 public:
  RefreshSchedule(const config::Dns& settings, base::Random& random)
      : settings_(settings), random_(random), retry_(settings.min_ttl) {}

  /// How long an answer with this time to live stands: the time to live, but at least `min_ttl` and
  /// at most `max_ttl`; less up to the share `jitter` of it, never more, so that a change is found
  /// within the time to live that its publisher reckons with.
  base::Duration AfterAnswer(base::Duration ttl);
  /// How long to wait after a failure: `min_ttl`, twice as long after each further one up to
  /// `max_retry`, with the same jitter.
  base::Duration AfterFailure();
  /// How long after an answer that lacks something: as after a failure, but no longer than an
  /// answer with this time to live stands.
  base::Duration AfterPart(base::Duration ttl);

 private:
  base::Duration Bounded(base::Duration ttl) const;
  base::Duration NextRetry();
  base::Duration WithJitter(base::Duration wait);

  const config::Dns settings_;
  base::Random& random_;
  base::Duration retry_;
};

}  // namespace evenkeel::discovery
