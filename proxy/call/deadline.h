// Whether what ended a call, or an attempt, ended it for the deadline. The same timeout runs at the
// client, here and at the endpoint, and none of the three clocks fires first every time.
#pragma once

#include <optional>

#include "lib/base/clock.h"

namespace evenkeel::proxy {

/// How much before our timer another's may fire: the way here, and those that round grpc-timeout.
inline constexpr auto kDeadlineSlack = std::chrono::milliseconds(5);
inline constexpr int kDeadlineSlackShare = 20;

/// Of a call that came at `started`: whether the deadline has passed, but for the slack.
inline bool IsNearDeadline(const std::optional<base::Time>& deadline, base::Time started,
                           base::Time now) {
  if (!deadline) return false;
  return *deadline - now <= kDeadlineSlack + (*deadline - started) / kDeadlineSlackShare;
}

}  // namespace evenkeel::proxy
