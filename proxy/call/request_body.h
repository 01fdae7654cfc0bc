// RequestBody: what the client has sent of its messages, kept so that an attempt can be repeated.
//
// Everything is kept until the call is committed, or until more than the limit has been sent to an
// endpoint; then the bytes only pass through. Also keeps the books of the client's window: credit
// for a byte is returned when it first leaves towards an endpoint, and never twice.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "lib/http/byte_queue.h"
#include "lib/http2/stream.h"
#include "lib/telemetry/retry_counters.h"
#include "proxy/call/replay_memory.h"

namespace evenkeel::proxy {

class RequestBody {
 public:
  /// Bytes kept for another attempt; above it the call is committed (gRFC A6).
  static constexpr size_t kReplayLimit = 64 * 1024;

  explicit RequestBody(ReplayMemory& memory) : memory_(memory) {}
  ~RequestBody() { memory_.Give(kept_.size()); }

  void Add(std::span<const uint8_t> bytes, http2::EndStream end) {
    if (!committed_ && !bytes.empty()) {
      kept_.Append(bytes);
      fits_ = memory_.Take(bytes.size());
    }
    if (end == http2::EndStream::kYes) ended_ = end;
  }

  /// From now on there is no other attempt: forgets what was kept.
  void Commit() {
    committed_ = true;
    memory_.Give(kept_.size());
    kept_.Clear();
  }
  bool committed() const { return committed_; }
  /// The limit that forbids to keep what is kept.
  std::optional<telemetry::ReplayLimit> over_limit() const {
    if (kept_.size() > kReplayLimit) return telemetry::ReplayLimit::kCall;
    if (!fits_ && !kept_.empty()) return telemetry::ReplayLimit::kProcess;
    return std::nullopt;
  }

  /// Everything since the start of the call, for an attempt that begins. Precondition:
  /// !committed().
  std::span<const uint8_t> kept() const { return kept_.bytes(); }
  http2::EndStream ended() const { return ended_; }
  /// Bytes of memory for what is kept.
  size_t held() const { return kept_.held(); }

  /// One of the attempts has sent `total` bytes by now; returns for how many of them the client's
  /// credit is due.
  size_t Sent(uint64_t total) {
    if (total <= credited_) return 0;
    const size_t due = total - credited_;
    credited_ = total;
    return due;
  }

 private:
  ReplayMemory& memory_;
  http2::ByteQueue kept_;
  bool committed_ = false;
  bool fits_ = true;  // in what the process may hold
  http2::EndStream ended_ = http2::EndStream::kNo;
  uint64_t credited_ = 0;
};

}  // namespace evenkeel::proxy
