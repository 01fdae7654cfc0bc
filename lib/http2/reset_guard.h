// ResetGuard: tells a client that makes us work and then resets from one that cancels much.
//
// Of at least kSample recent streams more than half reset before their response was complete: an
// attack (CVE-2023-44487, CVE-2025-8671), no client that cancels.
#pragma once

#include <cstdint>

namespace evenkeel::http2 {

class ResetGuard {
 public:
  void OnStream() { ++streams_; }
  /// A stream ended before its response was complete, by the client or for what it did; whether
  /// that makes it an attack.
  bool OnPrematureReset() {
    ++resets_;
    const bool attack = streams_ >= kSample && resets_ > streams_ / 2;
    if (streams_ >= kWindow) {
      streams_ /= 2;
      resets_ /= 2;
    }
    return attack;
  }

 private:
  static constexpr uint32_t kSample = 500;
  static constexpr uint32_t kWindow = 1000;

  uint32_t streams_ = 0;
  uint32_t resets_ = 0;
};

}  // namespace evenkeel::http2
