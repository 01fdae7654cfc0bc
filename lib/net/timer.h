// Timer: calls back once, at a time or after a while. Destroying it stops it.
//
// Used on its loop's thread only. Never fires early; may be up to some milliseconds late.
#pragma once

#include <functional>
#include <memory>

#include "lib/base/clock.h"
#include "lib/net/event_loop.h"

namespace evenkeel::net {

class Timer {
 public:
  /// `on_fire` runs in a turn of its own; it may restart or destroy the timer's owner by way of
  /// EventLoop::DeleteLater, but not the timer itself.
  Timer(EventLoop& loop, std::function<void()> on_fire);
  ~Timer();
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  /// (Re)starts it; a time in the past fires in the next turn.
  void StartAt(base::Time due);
  void StartAfter(base::Duration delay) { StartAt(loop_.Now() + delay); }
  void Stop();
  bool running() const { return running_; }

 private:
  // From the first start on: most of the timers that a connection has never run.
  struct Event;

  void Arm();
  void OnTimeout();

  EventLoop& loop_;
  const std::function<void()> on_fire_;
  base::Time due_{};
  bool running_ = false;
  std::unique_ptr<Event> event_;
};

}  // namespace evenkeel::net
