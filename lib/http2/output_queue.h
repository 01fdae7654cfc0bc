// OutputQueue: what of a session waits to leave, in the order in which it leaves.
//
//   1. frames of the connection, and resets: framed at once
//   2. streams that have been reset, whose holders are told
//   3. streams with something to frame, in turns; those for which the connection has no window wait
//      apart until it opens
//
// It holds, and decides nothing. Owned by a session; it owns no stream.
#pragma once

#include <cstddef>
#include <cstdint>

#include "lib/http/byte_queue.h"
#include "lib/http2/stream_queue.h"

namespace evenkeel::http2 {

class OutputQueue {
 public:
  /// To append a frame of our own account to.
  ByteQueue& frames() { return frames_; }
  /// To append one frame to that answers what the peer does.
  ByteQueue& answers() {
    ++queued_answers_;
    return frames_;
  }
  /// How many answers wait: what a peer that does not read can make us hold.
  size_t queued_answers() const { return queued_answers_; }
  bool has_frames() const { return !frames_.empty(); }
  /// Bytes of memory that frames have.
  size_t held() const { return frames_.held(); }
  void TakeFrames(ByteQueue& out) {
    out.Append(frames_.bytes());
    DropFrames();
  }
  void DropFrames() {
    frames_.Clear();
    queued_answers_ = 0;
  }

  /// At the end of its queue, out of any other.
  void Add(Stream& stream) { ready_.Push(stream); }
  void AddWaiting(Stream& stream) { waiting_.Push(stream); }
  void AddReset(Stream& stream) { reset_.Push(stream); }
  /// Those that wait come before the others again; whether there were any.
  bool Wake() {
    if (waiting_.empty()) return false;
    ready_.TakeBefore(waiting_);
    return true;
  }
  /// The next one; null for none. It stays there until it is put elsewhere or removed.
  Stream* next() const { return ready_.empty() ? nullptr : &ready_.front(); }
  Stream* next_reset() const { return reset_.empty() ? nullptr : &reset_.front(); }

 private:
  ByteQueue frames_{0};
  uint32_t queued_answers_ = 0;
  StreamQueue ready_;
  StreamQueue waiting_;
  StreamQueue reset_;
};

}  // namespace evenkeel::http2
