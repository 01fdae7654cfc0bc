// Schedule: when each call of an open-loop load is due, whatever became of the calls before it.
//
// Latency counted from these times has no coordinated omission: a server that stalls makes calls
// late, and that lateness is in the figures. A value; no clock, no thread.
#pragma once

#include <cstdint>
#include <optional>

#include "lib/base/clock.h"

namespace evenkeel::backend {

class Schedule {
 public:
  /// `rate` calls a second from `start` on, for `duration`, or for `calls` calls if that is fewer;
  /// `calls` 0: no such limit.
  Schedule(double rate, base::Time start, base::Duration duration, uint64_t calls)
      : rate_(rate), start_(start), duration_(duration), calls_(calls) {}

  /// When the next call is due; each time a later one. Nothing: that was all.
  std::optional<base::Time> Next() {
    if (calls_ > 0 && number_ == calls_) return std::nullopt;
    // From the number, not from the call before: rounding must not add up.
    const double seconds = static_cast<double>(number_) / rate_;
    const auto offset = std::chrono::round<base::Duration>(std::chrono::duration<double>(seconds));
    if (offset >= duration_) return std::nullopt;
    ++number_;
    return start_ + offset;
  }

 private:
  const double rate_;
  const base::Time start_;
  const base::Duration duration_;
  const uint64_t calls_;
  uint64_t number_ = 0;
};

}  // namespace evenkeel::backend
