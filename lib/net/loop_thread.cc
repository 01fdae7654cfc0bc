#include "lib/net/loop_thread.h"

#include <utility>

namespace evenkeel::net {

LoopThread::LoopThread(EventLoop& loop, Events events)
    : loop_(loop), events_(std::move(events)), thread_([this] {
        if (events_.on_start) events_.on_start();
        loop_.Run();
        if (events_.on_end) events_.on_end();
      }) {}

LoopThread::~LoopThread() {
  loop_.Post([this] { loop_.Stop(); });
  thread_.join();
}

}  // namespace evenkeel::net
