// SteadyClock: the machine's monotonic clock, for programs without an event loop of ours.
#pragma once

#include "lib/base/clock.h"

namespace evenkeel::backend {

/// May be used from any thread.
class SteadyClock final : public base::Clock {
 public:
  base::Time Now() const override { return std::chrono::steady_clock::now(); }
};

}  // namespace evenkeel::backend
