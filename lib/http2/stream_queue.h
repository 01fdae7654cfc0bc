// StreamQueue: streams in the order in which they wait for something, linked through themselves.
//
// A stream is in one queue at most; it knows in which, and may leave from anywhere.
#pragma once

#include "lib/http2/stream.h"

namespace evenkeel::http2 {

class StreamQueue {
 public:
  bool empty() const { return first_ == nullptr; }
  /// Precondition: not empty().
  Stream& front() const { return *first_; }

  /// Puts it at the end, out of the queue in which it has been, if any.
  void Push(Stream& stream) {
    Remove(stream);
    stream.queue_ = this;
    stream.before_ = last_;
    stream.after_ = nullptr;
    (last_ != nullptr ? last_->after_ : first_) = &stream;
    last_ = &stream;
  }
  /// Takes it out of its queue, whichever that is; nothing happens if it is in none.
  static void Remove(Stream& stream) {
    StreamQueue* const queue = stream.queue_;
    if (queue == nullptr) return;
    (stream.before_ != nullptr ? stream.before_->after_ : queue->first_) = stream.after_;
    (stream.after_ != nullptr ? stream.after_->before_ : queue->last_) = stream.before_;
    stream.queue_ = nullptr;
  }
  /// Puts all that wait in `other` before all that wait here.
  void TakeBefore(StreamQueue& other) {
    for (Stream* each = other.first_; each != nullptr; each = each->after_) each->queue_ = this;
    if (other.empty()) return;
    other.last_->after_ = first_;
    (first_ != nullptr ? first_->before_ : last_) = other.last_;
    first_ = other.first_;
    other.first_ = other.last_ = nullptr;
  }

 private:
  Stream* first_ = nullptr;
  Stream* last_ = nullptr;
};

}  // namespace evenkeel::http2
