// AbuseGuard: what one peer may cost us before its connection is ended, and for which reason it
// was.
//
// Pure counting; the session says what happens and ends the connection when a call here returns
// false. Owned by a session.
#pragma once

#include <cstdint>
#include <string_view>

#include "lib/base/clock.h"
#include "lib/http2/reset_guard.h"

namespace evenkeel::http2 {

/// What a peer's connection was ended for, with ENHANCE_YOUR_CALM.
enum class Abuse : uint8_t {
  kNone,
  kResets,         ///< streams that end before their answers (ResetGuard)
  kIdleFrames,     ///< frames that bring no call further
  kUnreadAnswers,  ///< frames that want an answer, none of them read
  kEndlessBlock,   ///< a header block in too many frames, or for too long
  kInflatedBlock,  ///< a header block that stands for far more than its bytes
};

/// In words, for a log and the GOAWAY.
std::string_view AbuseText(Abuse abuse);

class AbuseGuard {
 public:
  explicit AbuseGuard(const ResetGuard::Limits& limits) : resets_(limits) {}

  void OnCallFrameSent() { ++call_frames_sent_; }
  void OnCallFrameReceived() { ++call_frames_received_; }
  /// HEADERS and DATA.
  uint64_t call_frames_sent() const { return call_frames_sent_; }

  /// A frame that brings no call further; `cost`: in frames that cost as little as one can. Allowed
  /// are so many, and so many for each that does (CVE-2019-9511, -9513, -9518): a peer that gives
  /// credit often sends two for each frame of DATA.
  bool AllowsIdleFrame(uint64_t cost) {
    constexpr uint64_t kMost = 1000;
    constexpr uint64_t kEach = 10;
    idle_frames_ += cost;
    return idle_frames_ <= kMost + kEach * (call_frames_sent_ + call_frames_received_);
  }

  /// An ACK that the peer makes us owe; those it has not read count (CVE-2019-9512, -9515).
  bool AllowsAck() {
    constexpr uint32_t kMost = 1000;
    return ++queued_acks_ <= kMost;
  }
  /// All that was owed has been framed.
  void OnAcksProduced() { queued_acks_ = 0; }

  /// Streams refused because the client has too many: so many before it must have read how many it
  /// may have, then each is a reset. Both together let a client of the default limits begin with a
  /// thousand; one that knows better has half as many.
  bool AllowsRefusal(bool knows_limit, base::Time now) {
    constexpr uint32_t kMostEarly = 400;
    if (!knows_limit && ++early_refusals_ <= kMostEarly) return true;
    using Way = ResetGuard::Way;
    return AllowsUnanswered(knows_limit ? Way::kOverLimit : Way::kRefused, now, now);
  }
  /// As ResetGuard::OnUnanswered and OnAnswered.
  bool AllowsUnanswered(ResetGuard::Way way, base::Time opened, base::Time now) {
    return !resets_.OnUnanswered(way, opened, now);
  }
  void OnAnswered() { resets_.OnAnswered(); }

 private:
  ResetGuard resets_;
  uint64_t call_frames_sent_ = 0;
  uint64_t call_frames_received_ = 0;
  uint64_t idle_frames_ = 0;
  uint32_t queued_acks_ = 0;
  uint32_t early_refusals_ = 0;
};

}  // namespace evenkeel::http2
