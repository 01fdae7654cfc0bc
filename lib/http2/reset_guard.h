// ResetGuard: tells a client that makes us work for nothing from one that cancels much.
//
// What its resets cost counts, not their share. A stream that ends by the client, or for what it
// did, before the first DATA of its answer has left, costs in two ways:
//
//   debt       work of ours. One for each, two for each above a limit that the client knows; a
//              stream that is answered pays for ten (one that is refused for how it was asked pays
//              nothing), and each second for as many as the client may have open. None for streams
//              that were a second old or at their deadline: while they lived they held places.
//   abandoned  work of endpoints. As many as were opened within the last 70 ms and may have
//              reached one: they work on them beside the streams that are open. What is above
//              five times as many as the client may have open, answers must pay for, ten each;
//              above 25 times nothing does.
//
// So the losers of hedges (gRFC A6), search as you type, and deadlines of a few milliseconds cost
// an honest client nothing; floods end (CVE-2023-44487, CVE-2025-8671), also those that wait for
// their own deadlines. Owned by a session, which hands the time in.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "lib/base/clock.h"

namespace evenkeel::http2 {

class ResetGuard {
 public:
  struct Limits {
    uint32_t max_resets = 500;   ///< the debt
    uint32_t max_streams = 100;  ///< that the client may have open
  };
  /// How a stream ended without an answer.
  enum class Way : uint8_t {
    kEarly,
    kAtDeadline,
    kRefused,    ///< we never let it begin
    kOverLimit,  ///< nor this one, and its client knew that it has too many
  };

  explicit ResetGuard(const Limits& limits) : limits_(limits) {}

  /// The first DATA of a stream's answer has left, or the answer is complete. Once for each stream.
  void OnAnswered() {
    debt_ = std::max(debt_ - kPaidFor, 0.0);
    credit_ = std::min(credit_ + kPaidFor, 4 * Many());
  }
  /// A stream has ended without; whether that is one too many. Times never go back.
  bool OnUnanswered(Way way, base::Time opened, base::Time now) {
    if (way != Way::kAtDeadline && now - opened < kOld)
      AddDebt(now, way == Way::kOverLimit ? 2 : 1);
    // What is opened and reset in one turn has not left us.
    const bool started = way == Way::kAtDeadline || (way == Way::kEarly && opened < now);
    return debt_ > limits_.max_resets || (started && !MayAbandon(opened, now));
  }

 private:
  static constexpr uint32_t kPaidFor = 10;
  static constexpr auto kOld = std::chrono::seconds(1);
  static constexpr auto kSlot = std::chrono::milliseconds(10);
  static constexpr int64_t kSlots = 7;
  static constexpr auto kWindow = kSlots * kSlot;

  // Abandoned within the window: more than an honest client does whose calls all fail.
  uint32_t Many() const { return std::max(5 * limits_.max_streams, limits_.max_resets); }
  void AddDebt(base::Time now, int count) {
    const double seconds = std::chrono::duration<double>(now - last_).count();
    debt_ = std::max(debt_ - seconds * limits_.max_streams, 0.0) + count;
    last_ = now;
  }
  bool MayAbandon(base::Time opened, base::Time now) {
    if (now - opened >= kWindow) return true;
    Count(opened, now);
    if (abandoned_ <= Many()) return true;
    if (abandoned_ > 5 * Many() || credit_ == 0) return false;
    --credit_;
    return true;
  }
  // By the time at which they were opened, ten milliseconds each.
  void Count(base::Time opened, base::Time now) {
    const int64_t latest = now.time_since_epoch() / kSlot;
    for (latest_ = std::max(latest_, latest - kSlots); latest_ < latest;) {
      uint32_t& oldest = slots_[static_cast<size_t>(++latest_ % kSlots)];
      abandoned_ -= oldest;
      oldest = 0;
    }
    const int64_t slot = opened.time_since_epoch() / kSlot;
    if (slot <= latest - kSlots) return;
    ++slots_[static_cast<size_t>(slot % kSlots)];
    ++abandoned_;
  }

  Limits limits_;
  double debt_ = 0;
  base::Time last_{};
  int64_t latest_ = 0;
  uint32_t abandoned_ = 0;
  uint32_t credit_ = 0;  // how many above Many() the answers pay for
  std::array<uint32_t, kSlots> slots_{};
};

}  // namespace evenkeel::http2
