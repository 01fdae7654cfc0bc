#include "lib/telemetry/line_stream.h"

#include <utility>

namespace evenkeel::telemetry {

void LineStream::Write(std::string lines, uint64_t count) {
  {
    const std::lock_guard lock(mutex_);
    if (*waiting_ + lines.size() > settings_.most_waiting) {
      settings_.counts->dropped += count;
      if (settings_.tell) untold_ += count;
      return;
    }
    if (untold_ > 0) QueueTold();
    output_->Queue({std::move(lines), count, settings_.counts, waiting_});
  }
  waker_->Wake();
}

void LineStream::CountDropped(uint64_t count) {
  const std::lock_guard lock(mutex_);
  settings_.counts->dropped += count;
  if (settings_.tell) untold_ += count;
}

bool LineStream::TellDropped() {
  const std::lock_guard lock(mutex_);
  if (untold_ == 0 || *waiting_ > 0) return false;
  QueueTold();
  return true;
}

void LineStream::QueueTold() {
  output_->Queue({settings_.tell(std::exchange(untold_, 0)) + '\n', 1, told_counts_, waiting_});
}

}  // namespace evenkeel::telemetry
