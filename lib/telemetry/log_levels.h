// LogLevels: from which level on the events of each folder are written. May change while the
// process runs. Any thread.
#pragma once

#include <array>
#include <atomic>
#include <optional>
#include <string>
#include <string_view>

#include "lib/base/result.h"
#include "lib/telemetry/event.h"

namespace evenkeel::telemetry {

class LogLevels {
 public:
  /// The same for each folder.
  explicit LogLevels(LogLevel level) { Set(level); }

  LogLevel of(LogFolder folder) const {
    return levels_[static_cast<size_t>(folder)].load(std::memory_order_relaxed);
  }
  /// Whether an event of `folder` and `level` is written.
  bool Has(LogFolder folder, LogLevel level) const { return level >= of(folder); }

  void Set(LogLevel level) {
    for (auto& each : levels_) each.store(level, std::memory_order_relaxed);
  }
  void Set(LogFolder folder, LogLevel level) {
    levels_[static_cast<size_t>(folder)].store(level, std::memory_order_relaxed);
  }

 private:
  std::array<std::atomic<LogLevel>, kLogFolderCount> levels_;
};

/// Reads a folder's name: "proxy/server", or "server" alone. The error is a sentence.
base::Result<LogFolder, std::string> ParseLogFolder(std::string_view text);

}  // namespace evenkeel::telemetry
