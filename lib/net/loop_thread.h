// LoopThread: has a loop turn on a thread of its own, from its making until it is destroyed.
//
// Made and destroyed on one other thread; the loop outlives it. tests/world puts another in its
// place, which has all loops turn on one thread, in an order that a seed decides.
#pragma once

#include <functional>
#include <thread>

#include "lib/net/event_loop.h"

namespace evenkeel::net {

class LoopThread {
 public:
  /// On the thread, before the loop's first turn and after its last one; both may be empty.
  struct Events {
    std::function<void()> on_start;
    std::function<void()> on_end;
  };

  LoopThread(EventLoop& loop, Events events);
  /// Stops the loop and waits for its turn to end.
  ~LoopThread();
  LoopThread(const LoopThread&) = delete;
  LoopThread& operator=(const LoopThread&) = delete;

 private:
  EventLoop& loop_;
  const Events events_;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace evenkeel::net
