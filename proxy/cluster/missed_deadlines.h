// MissedDeadlines: whether an endpoint misses its calls' deadlines more than the others do.
//
// A deadline that passes says little of the endpoint: perhaps the others miss as many. So each miss
// is weighed by how unlikely it would be if the endpoint were like the others: it adds the
// logarithm of the likelihood that it has if three quarters of the answers fail to come, by that if
// the endpoint is like the others; each answer in time takes away likewise (CUSUM, Page 1954). What
// the others do is known from the last 16 calls of each. At a doubt of 20, which one that is like
// the others comes to once in some e^20 calls, its misses count, those since its last answer as
// well.
//
// One that hangs among others that answer is found by its 5th to 8th miss; where only every tenth
// call is in time anyhow, by some 250. Where all miss alike, or there are no others, nobody is.
// One that is found does not count as an other.
//
// One worker's, of one cluster; no memory of its own.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>

namespace evenkeel::proxy {

class MissedDeadlines {
 public:
  /// One endpoint's.
  class Record {
   public:
    /// Whether its misses count.
    bool is_found() const { return doubt_ >= kFound; }

   private:
    friend class MissedDeadlines;
    float doubt_ = 0;
    uint16_t missed_ = 0;    // the last calls, a bit each
    uint8_t calls_ = 0;      // how many of the bits are such
    uint8_t let_pass_ = 0;   // misses since its last answer, at most kMostLetPass
    bool has_left_ = false;  // is nobody's other any more
  };

  /// A call with a deadline that was long enough has been answered in time.
  void Met(Record& of) {
    if (of.missed_ == 0 && of.calls_ == kCalls && of.doubt_ == 0) return;  // as nearly all
    TakeOut(of);
    of.doubt_ = std::max(0.0F, of.doubt_ - kAnswer);
    of.let_pass_ = 0;
    Push(of, 0);
  }

  /// One has not. Returns how many misses are to be held against the endpoint now: 0 while it may
  /// be like the others, then also those that were let pass, then 1 at a time.
  uint32_t Missed(Record& of) {
    TakeOut(of);
    const float missing =
        static_cast<float>(others_missed_ + 1) / static_cast<float>(others_calls_ + 1);
    const float suspected = 1 - (1 - missing) / kAnswersLeft;
    const float weight = std::min(kMostWeight, std::log(suspected / missing));
    of.doubt_ = std::min(kFound + kMostWeight, of.doubt_ + weight);
    uint32_t held = 0;
    if (of.is_found()) {
      held = 1U + of.let_pass_;
      of.let_pass_ = 0;
    } else if (of.let_pass_ < kMostLetPass) {
      ++of.let_pass_;
    }
    Push(of, 1);
    return held;
  }

  /// The endpoint has left: no longer an other to those that stay.
  void Leave(Record& of) {
    TakeOut(of);
    of.has_left_ = true;
  }

 private:
  static constexpr uint8_t kCalls = 16;
  static constexpr float kAnswersLeft = 4;  // one in so many comes
  static constexpr float kAnswer = 1.386F;  // ln kAnswersLeft
  static constexpr float kMostWeight = 4;
  static constexpr float kFound = 20;
  static constexpr uint8_t kMostLetPass = 16;

  static bool IsOther(const Record& record) { return !record.is_found() && !record.has_left_; }

  void TakeOut(const Record& of) {
    if (!IsOther(of)) return;
    others_calls_ -= of.calls_;
    others_missed_ -= static_cast<uint32_t>(std::popcount(of.missed_));
  }

  void Push(Record& of, uint16_t missed) {
    of.missed_ = static_cast<uint16_t>(of.missed_ << 1 | missed);
    if (of.calls_ < kCalls) ++of.calls_;
    if (!IsOther(of)) return;
    others_calls_ += of.calls_;
    others_missed_ += static_cast<uint32_t>(std::popcount(of.missed_));
  }

  // Of all records but those found and those that left; between TakeOut and Push also without the
  // one in hand.
  uint32_t others_calls_ = 0;
  uint32_t others_missed_ = 0;
};

}  // namespace evenkeel::proxy
