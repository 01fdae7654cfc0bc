// RequestBody: what the client has sent of its messages, kept so that an attempt can be repeated.
//
// Everything is kept until the call is committed, or until more than the limit has been sent to an
// endpoint; then the bytes only pass through. Also keeps the books of the client's window: credit
// for a byte is returned when it first leaves towards an endpoint, and never twice.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "http2/byte_queue.h"
#include "http2/stream.h"

namespace evenkeel::proxy {

class RequestBody {
 public:
  /// Bytes kept for another attempt; above it the call is committed (gRFC A6).
  static constexpr size_t kReplayLimit = 64 * 1024;

  void Add(std::span<const uint8_t> bytes, http2::EndStream end) {
    if (!committed_) kept_.Append(bytes);
    if (end == http2::EndStream::kYes) ended_ = end;
  }

  /// From now on there is no other attempt: forgets what was kept.
  void Commit() {
    committed_ = true;
    kept_.Clear();
  }
  bool committed() const { return committed_; }
  bool over_limit() const { return kept_.size() > kReplayLimit; }

  /// Everything since the start of the call, for an attempt that begins. Precondition:
  /// !committed().
  std::span<const uint8_t> kept() const { return kept_.bytes(); }
  http2::EndStream ended() const { return ended_; }

  void AttemptStarted() { sent_by_attempt_ = 0; }
  /// `count` bytes have left by the current attempt; returns for how many of them the client's
  /// credit is due.
  size_t Sent(size_t count) {
    sent_by_attempt_ += count;
    if (sent_by_attempt_ <= credited_) return 0;
    const size_t due = sent_by_attempt_ - credited_;
    credited_ = sent_by_attempt_;
    return due;
  }

 private:
  http2::ByteQueue kept_;
  bool committed_ = false;
  http2::EndStream ended_ = http2::EndStream::kNo;
  uint64_t sent_by_attempt_ = 0;
  uint64_t credited_ = 0;
};

}  // namespace evenkeel::proxy
