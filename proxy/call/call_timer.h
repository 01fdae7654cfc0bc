// CallTimer: what ends a call by the clock: its deadline, the longest it may last, and silence.
//
// One timer for all three, none where there is none of them. Owned by the Call.
#pragma once

#include <algorithm>
#include <optional>

#include "lib/net/timer.h"

namespace evenkeel::proxy {

class CallTimer {
 public:
  enum class Expiry : uint8_t {
    kDeadline,  ///< the caller's, or the route's timeout
    kDuration,  ///< max_stream_duration
    kSilence,   ///< idle_timeout
  };
  class Owner {
   public:
    virtual void OnExpired(Expiry expiry) = 0;

   protected:
    ~Owner() = default;
  };
  struct Limits {
    std::optional<base::Time> deadline;
    std::optional<base::Time> end;
    std::optional<base::Duration> silence;
  };

  CallTimer(net::EventLoop& loop, Owner& owner) : loop_(loop), owner_(owner) {}

  void Start(const Limits& limits) {
    limits_ = limits;
    if (!limits.deadline && !limits.end && !limits.silence) return;
    Touch();
    timer_.emplace(loop_, [this] { OnTimer(); });
    timer_->StartAt(Due());
  }
  /// Bytes of a message came, either way.
  void Touch() {
    if (limits_.silence) last_ = loop_.Now();
  }
  void Stop() {
    if (timer_) timer_->Stop();
  }
  const std::optional<base::Time>& deadline() const { return limits_.deadline; }

 private:
  base::Time Due() const {
    base::Time due = base::Time::max();
    if (limits_.deadline) due = *limits_.deadline;
    if (limits_.end) due = std::min(due, *limits_.end);
    if (limits_.silence) due = std::min(due, last_ + *limits_.silence);
    return due;
  }
  void OnTimer() {
    const base::Time now = loop_.Now();
    if (limits_.deadline && now >= *limits_.deadline) return owner_.OnExpired(Expiry::kDeadline);
    if (limits_.end && now >= *limits_.end) return owner_.OnExpired(Expiry::kDuration);
    if (limits_.silence && now >= last_ + *limits_.silence) {
      return owner_.OnExpired(Expiry::kSilence);
    }
    timer_->StartAt(Due());
  }

  net::EventLoop& loop_;
  Owner& owner_;
  Limits limits_;
  base::Time last_{};
  std::optional<net::Timer> timer_;
};

}  // namespace evenkeel::proxy
