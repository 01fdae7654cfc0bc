#include "lib/net/background_thread.h"

#include <utility>

namespace evenkeel::net {

BackgroundThread::BackgroundThread(EventLoop& loop) : loop_(loop), thread_([this] { Loop(); }) {}

BackgroundThread::~BackgroundThread() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void BackgroundThread::Run(Work work) {
  {
    const std::lock_guard lock(mutex_);
    queue_.push_back(std::move(work));
  }
  changed_.notify_one();
}

void BackgroundThread::Loop() {
  while (const Work work = Next()) {
    loop_.Post([answer = work(), alive = std::weak_ptr(alive_)] {
      if (answer && !alive.expired()) answer();
    });
  }
}

BackgroundThread::Work BackgroundThread::Next() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return closing_ || !queue_.empty(); });
  if (closing_) return {};
  Work work = std::move(queue_.front());
  queue_.pop_front();
  return work;
}

}  // namespace evenkeel::net
