// net::LoopThread in the world: a loop that it has turn.
#include "lib/net/loop_thread.h"

#include <utility>

#include "tests/world/system/world.h"

namespace evenkeel::net {

LoopThread::LoopThread(EventLoop& loop, Events events) : loop_(loop), events_(std::move(events)) {
  if (events_.on_start) events_.on_start();
  world::World::Current()->AddLoop(loop_, "worker");
}

LoopThread::~LoopThread() {
  world::World::Current()->RemoveLoop(loop_);
  if (events_.on_end) events_.on_end();
}

}  // namespace evenkeel::net
