// LineOutput: the lines that wait for one target, in their order, and what becomes of them.
//
// Any thread queues; one thread, the writer's, flushes. Lines are written whole: what a full disk
// or a slow reader has cut goes on where it was cut. Who queues bounds what waits (LineStream).
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>

#include "lib/telemetry/line_target.h"

namespace evenkeel::telemetry {

/// What became of lines. Any thread.
struct LineCounts {
  std::atomic<uint64_t> written = 0;
  std::atomic<uint64_t> dropped = 0;  ///< for want of room, or because they cannot be written
};

/// Lines that wait together, each with its end.
struct LineChunk {
  std::string text{};
  uint64_t lines = 0;
  std::shared_ptr<LineCounts> counts{};
  std::shared_ptr<std::atomic<size_t>> waiting{};  ///< has its bytes until it is done with
};

class LineOutput {
 public:
  explicit LineOutput(LineTarget target) : target_(std::move(target)) {}

  /// Any thread.
  void Queue(LineChunk chunk);
  /// Why its file cannot be written to, or not be opened anew, in words; empty: nothing is wrong.
  std::string trouble() const;

  /// The writer's thread from here on. Writes what can be written now.
  void Flush();
  /// Opens the file anew; where it `HasLeft` only, that is.
  void Reopen();
  void ReopenIfLeft();
  /// Whether lines wait for its reader: until descriptor() can be written to.
  bool waits() const { return waits_; }
  /// Whether lines wait for the disk: to be tried again.
  bool failing() const { return failing_; }
  bool empty() const;
  bool is_file() const { return target_.is_file(); }
  int descriptor() const { return target_.descriptor(); }

 private:
  bool TakeNext();
  void Finish();
  bool Keeps(std::error_code error) const;
  void SkipTornLine();
  void Set(std::string& trouble, std::string to);

  LineTarget target_;
  LineChunk now_;      // what is being written
  size_t sent_ = 0;    // of its bytes
  uint64_t lost_ = 0;  // of its lines
  bool waits_ = false;
  bool failing_ = false;
  mutable std::mutex mutex_;
  std::deque<LineChunk> queue_;  // after now_
  std::string open_trouble_;
  std::string write_trouble_;
};

}  // namespace evenkeel::telemetry
