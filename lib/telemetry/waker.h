// Waker: has a thread that sleeps look at what others have for it. One sleeps, any thread wakes.
//
// To wake who is awake is a load; a system call is made only where somebody sleeps.
#pragma once

#include <atomic>
#include <chrono>
#include <optional>
#include <span>
#include <vector>

#include "lib/base/file_descriptor.h"

namespace evenkeel::telemetry {

class Waker {
 public:
  enum class Sleep : uint8_t {
    kAwake,
    kShort,  ///< it looks by itself in a moment
    kLong,
  };

  Waker();

  /// How the thread sleeps. A hint: it may be about to change.
  Sleep sleep() const { return sleep_.load(std::memory_order_relaxed); }
  /// Ends its sleep, or keeps it from one that it is about to begin. What was done before is seen
  /// by the thread when it is awake.
  void Wake();

  /// The thread's own, in this order: it says that it will sleep, looks once more whether there is
  /// something to do, and sleeps if not; then it is awake.
  void WillSleep(Sleep sleep) { sleep_.store(sleep); }
  /// Until Wake, until one of the descriptors can be written to, or for `most`; nothing: for ever.
  void SleepOn(std::span<const int> descriptors, std::optional<std::chrono::milliseconds> most);
  void StayAwake() { sleep_.store(Sleep::kAwake); }

 private:
  std::atomic<Sleep> sleep_ = Sleep::kAwake;
  base::FileDescriptor event_;
};

}  // namespace evenkeel::telemetry
