#include "proxy/discovery/refresh_schedule.h"

#include <algorithm>
#include <utility>

namespace evenkeel::discovery {

base::Duration RefreshSchedule::AfterAnswer(base::Duration ttl) {
  retry_ = settings_.min_ttl;
  return WithJitter(std::clamp<base::Duration>(ttl, settings_.min_ttl, settings_.max_ttl));
}

base::Duration RefreshSchedule::AfterFailure() {
  const base::Duration max = std::max<base::Duration>(settings_.max_retry, settings_.min_ttl);
  return WithJitter(std::exchange(retry_, std::min(retry_ * 2, max)));
}

base::Duration RefreshSchedule::WithJitter(base::Duration wait) {
  return std::chrono::duration_cast<base::Duration>(wait * (1 - settings_.jitter * random_.Unit()));
}

}  // namespace evenkeel::discovery
