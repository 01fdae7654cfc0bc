#include "lib/telemetry/line_output.h"

#include <cerrno>
#include <utility>

namespace evenkeel::telemetry {

void LineOutput::Queue(LineChunk chunk) {
  *chunk.waiting += chunk.text.size();
  const std::lock_guard lock(mutex_);
  queue_.push_back(std::move(chunk));
}

std::string LineOutput::trouble() const {
  const std::lock_guard lock(mutex_);
  return open_trouble_.empty() ? write_trouble_ : open_trouble_;
}

bool LineOutput::empty() const {
  const std::lock_guard lock(mutex_);
  return now_.lines == 0 && queue_.empty();
}

void LineOutput::Flush() {
  waits_ = failing_ = false;
  while (now_.lines > 0 || TakeNext()) {
    const auto written = target_.Write(std::string_view(now_.text).substr(sent_));
    sent_ += written.bytes;
    if (written.bytes > 0 && !written.error) Set(write_trouble_, "");
    if (sent_ == now_.text.size()) {
      Finish();
    } else if (!written.error) {
      waits_ = true;
      return;
    } else if (Keeps(written.error)) {
      Set(write_trouble_, "cannot be written to: " + written.error.message());
      failing_ = true;
      return;
    } else {
      Set(write_trouble_, "cannot be written to: " + written.error.message());
      lost_ = now_.lines;
      Finish();
    }
  }
}

// What may pass. Of a pipe without a reader it does not.
bool LineOutput::Keeps(std::error_code error) const {
  const int number = error.value();
  return number == ENOSPC || number == EDQUOT || number == EIO;
}

bool LineOutput::TakeNext() {
  const std::lock_guard lock(mutex_);
  if (queue_.empty()) return false;
  now_ = std::move(queue_.front());
  queue_.pop_front();
  return true;
}

void LineOutput::Finish() {
  now_.counts->written += now_.lines - lost_;
  now_.counts->dropped += lost_;
  *now_.waiting -= now_.text.size();
  const std::lock_guard lock(mutex_);
  now_ = {};
  sent_ = 0;
  lost_ = 0;
}

void LineOutput::Reopen() {
  if (!is_file()) return;
  if (auto opened = target_.Reopen(); !opened) return Set(open_trouble_, opened.error());
  Set(open_trouble_, "");
  SkipTornLine();
}

void LineOutput::ReopenIfLeft() {
  if (target_.HasLeft()) Reopen();
}

// The first half is in a file that is not written to any more.
void LineOutput::SkipTornLine() {
  if (sent_ == 0 || now_.text[sent_ - 1] == '\n') return;
  sent_ = now_.text.find('\n', sent_) + 1;
  ++lost_;
  if (sent_ == now_.text.size()) Finish();
}

void LineOutput::Set(std::string& trouble, std::string to) {
  const std::lock_guard lock(mutex_);
  trouble = std::move(to);
}

}  // namespace evenkeel::telemetry
