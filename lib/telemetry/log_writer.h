// LogWriter: lines to a descriptor, written by a thread of its own, so that nobody waits for what
// is behind it: a full pipe, a stopped terminal, a slow disk.
//
// A line that finds the queue full is dropped and counted; a line in its place says how many there
// were. Lines keep their order and are written whole,
// though a reader may leave in the middle of one. Thread-safe. The descriptor stays its owner's,
// and blocking, as other processes may share it.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace evenkeel::telemetry {

class LogWriter {
 public:
  struct Settings {
    size_t queue_bytes = 1024 * 1024;  ///< a longer line is dropped
    /// How long the destructor waits for the queue to be written.
    std::chrono::milliseconds last_wait{1000};
    /// The line, without its end, that tells of `dropped` lines.
    std::function<std::string(uint64_t dropped)> tell = nullptr;
  };

  /// The thread takes no signals.
  LogWriter(int descriptor, Settings settings);
  /// Leaves the thread behind, with what it could not write, when the last wait was not enough.
  ~LogWriter();
  LogWriter(const LogWriter&) = delete;
  LogWriter& operator=(const LogWriter&) = delete;

  /// Queues a line and returns at once. `line` has no end of line.
  void Write(std::string line);

  /// Lines that were not written, for want of room or because writing failed. Any thread.
  uint64_t dropped() const;

 private:
  struct Shared;

  const std::shared_ptr<Shared> shared_;
};

}  // namespace evenkeel::telemetry
