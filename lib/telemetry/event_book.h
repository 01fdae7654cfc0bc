// EventBook: how often each Event has happened, and the last ones in full. Any thread.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <vector>

#include "lib/telemetry/event.h"

namespace evenkeel::telemetry {

class EventBook {
 public:
  static constexpr size_t kKept = 256;              ///< events
  static constexpr size_t kKeptBytes = 256 * 1024;  ///< the last one is kept whatever its size

  void Count(Event event) { CountOf(event).fetch_add(1, std::memory_order_relaxed); }
  uint64_t count(Event event) const {
    return counts_[static_cast<size_t>(event)].load(std::memory_order_relaxed);
  }

  /// `json`: one object, as FormatLogLine makes it. Has the oldest go where there is no more room.
  void Keep(std::string json);
  /// Those kept, oldest first, each a JSON object with a further member `id`: its number, which
  /// goes up by one from 1. Only those with a higher one than `after`.
  std::vector<std::string> Recent(uint64_t after = 0) const;

 private:
  std::atomic<uint64_t>& CountOf(Event event) { return counts_[static_cast<size_t>(event)]; }

  std::array<std::atomic<uint64_t>, kEventCount> counts_{};
  mutable std::mutex mutex_;
  std::deque<std::string> kept_;
  size_t bytes_ = 0;   // of kept_
  uint64_t last_ = 0;  // the number of the last one
};

}  // namespace evenkeel::telemetry
