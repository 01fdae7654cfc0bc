// LogLimiter: lets at most some lines of the same cause through each second, so that a fault which
// repeats with every connection cannot fill a disk. Pure: the time is handed in. Not thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "lib/base/clock.h"

namespace evenkeel::telemetry {

class LogLimiter {
 public:
  static constexpr uint32_t kLinesPerSecond = 10;

  /// Nothing: this line is to be suppressed. Otherwise it may be written, and says how many of its
  /// cause were suppressed since the last one that was. `cause` is one of a small fixed set: each
  /// is remembered for good.
  std::optional<uint64_t> Admit(std::string_view cause, base::Time now);

  /// The causes with lines suppressed and not yet told of, with their number; forgets them.
  std::map<std::string, uint64_t, std::less<>> TakeSuppressed();

 private:
  struct Window {
    base::Time start{};
    uint32_t written = 0;
    uint64_t suppressed = 0;
  };

  std::map<std::string, Window, std::less<>> windows_;
};

}  // namespace evenkeel::telemetry
