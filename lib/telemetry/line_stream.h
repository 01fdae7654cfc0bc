// LineStream: lines of one kind, such as those of an access log, on their way to one output.
//
// Made by a OutputThread. Thread-safe; nobody waits in it. Lines that find too many waiting are
// dropped and counted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "lib/telemetry/line_output.h"
#include "lib/telemetry/waker.h"

namespace evenkeel::telemetry {

class LineStream {
 public:
  struct Settings {
    size_t most_waiting = 1024 * 1024;  ///< bytes; what is larger is dropped
    /// The line, without its end, that tells in the place of `dropped` lines; nothing: none does.
    std::function<std::string(uint64_t dropped)> tell = nullptr;
    std::shared_ptr<LineCounts> counts = std::make_shared<LineCounts>();
  };

  LineStream(std::shared_ptr<LineOutput> output, std::shared_ptr<Waker> waker, Settings settings)
      : output_(std::move(output)), waker_(std::move(waker)), settings_(std::move(settings)) {}

  /// Queues `count` lines, each with its end, and returns at once.
  void Write(std::string lines, uint64_t count = 1);
  /// `count` lines were dropped before they came here: they are counted, and told of.
  void CountDropped(uint64_t count);
  /// The writer, once there is room again: tells of lines dropped that no line has told of. True:
  /// there were some.
  bool TellDropped();

  const LineCounts& counts() const { return *settings_.counts; }
  /// LineOutput::trouble.
  std::string trouble() const { return output_->trouble(); }

 private:
  void QueueTold();

  const std::shared_ptr<LineOutput> output_;
  const std::shared_ptr<Waker> waker_;
  const Settings settings_;
  const std::shared_ptr<LineCounts> told_counts_ = std::make_shared<LineCounts>();
  const std::shared_ptr<std::atomic<size_t>> waiting_ = std::make_shared<std::atomic<size_t>>(0);
  std::mutex mutex_;
  uint64_t untold_ = 0;
};

}  // namespace evenkeel::telemetry
