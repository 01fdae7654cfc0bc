#include "proxy/discovery/refresh_schedule.h"

#include <algorithm>
#include <utility>

namespace evenkeel::discovery {

base::Duration RefreshSchedule::AfterAnswer(base::Duration ttl) {
  retry_ = settings_.min_ttl;
  return WithJitter(Bounded(ttl));
}

base::Duration RefreshSchedule::AfterFailure() { return WithJitter(NextRetry()); }

base::Duration RefreshSchedule::AfterPart(base::Duration ttl) {
  return WithJitter(std::min(NextRetry(), Bounded(ttl)));
}

base::Duration RefreshSchedule::Bounded(base::Duration ttl) const {
  return std::clamp<base::Duration>(ttl, settings_.min_ttl, settings_.max_ttl);
}

base::Duration RefreshSchedule::NextRetry() {
  const base::Duration max = std::max<base::Duration>(settings_.max_retry, settings_.min_ttl);
  return std::exchange(retry_, std::min(retry_ * 2, max));
}

base::Duration RefreshSchedule::WithJitter(base::Duration wait) {
  return std::chrono::duration_cast<base::Duration>(wait * (1 - settings_.jitter * random_.Unit()));
}

}  // namespace evenkeel::discovery
