// Time as everything above `net` sees it: monotonic, and handed in.
//
// Wall-clock jumps cannot fire or delay anything, because no deadline, back-off or age is kept in
// wall-clock time. Code that needs "now" takes a Clock&, so a test or simulator moves it by hand.
#pragma once

#include <chrono>

namespace evenkeel::base {

using Duration = std::chrono::nanoseconds;
using Time = std::chrono::time_point<std::chrono::steady_clock, Duration>;

/// Where "now" comes from. Implementations: the event loop (production), ManualClock (tests and
/// the simulator). Used from one thread.
class Clock {
 public:
  virtual ~Clock() = default;
  /// Never goes backwards.
  virtual Time Now() const = 0;
};

/// A clock that moves when told to.
class ManualClock final : public Clock {
 public:
  Time Now() const override { return now_; }
  void Advance(Duration by) { now_ += by; }

 private:
  Time now_ = Time(std::chrono::hours(1));
};

}  // namespace evenkeel::base
