#include "lib/net/event_loop.h"

#include <event2/event.h>
#include <sys/eventfd.h>

#include <algorithm>

#include "lib/base/check.h"

namespace evenkeel::net {

void EventLoop::BaseDeleter::operator()(event_base* base) const { event_base_free(base); }
void EventLoop::EventDeleter::operator()(event* event) const { event_free(event); }

EventLoop::EventLoop() : read_buffer_(new uint8_t[kReadBufferSize]) {
  event_config* config = event_config_new();
  CHECK(config != nullptr);
  // No locks inside libevent: only Post crosses threads, and it has its own.
  event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK);
  base_.reset(event_base_new_with_config(config));
  event_config_free(config);
  CHECK(base_ != nullptr);

  wake_ = base::FileDescriptor(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
  CHECK(wake_);
  wake_event_.reset(event_new(
      base_.get(), wake_.get(), EV_READ | EV_PERSIST,
      [](int, short, void* self) noexcept { static_cast<EventLoop*>(self)->RunPosted(); }, this));
  CHECK(wake_event_ != nullptr && event_add(wake_event_.get(), nullptr) == 0);
}

EventLoop::~EventLoop() { EndTurn(); }

void EventLoop::Run() {
  while (!stopped_) Turn(EVLOOP_ONCE);
}

void EventLoop::RunOnce() { Turn(EVLOOP_ONCE); }

void EventLoop::EndTurnSoon() { event_base_loopbreak(base_.get()); }

void EventLoop::Turn(int flags) {
  now_valid_ = false;
  event_base_loop(base_.get(), deferred_.empty() ? flags : flags | EVLOOP_NONBLOCK);
  EndTurn();
  if (!deferred_.empty()) RunDeferred();
  if (on_turn_) on_turn_();
}

void EventLoop::ReadClock() const {
  now_ = base::Time(std::chrono::steady_clock::now());
  now_valid_ = true;
}

void EventLoop::Post(std::function<void()> task) {
  {
    std::lock_guard lock(posted_mutex_);
    posted_.push_back(std::move(task));
    if (posted_.size() > 1) return;  // whoever made it non-empty has woken the loop
  }
  const uint64_t one = 1;
  CHECK(write(wake_.get(), &one, sizeof one) == sizeof one);
}

void EventLoop::RunPosted() {
  uint64_t count;
  CHECK(read(wake_.get(), &count, sizeof count) == sizeof count);
  std::vector<std::function<void()>> tasks;
  {
    std::lock_guard lock(posted_mutex_);
    tasks.swap(posted_);
  }
  for (auto& task : tasks) task();
}

void EventLoop::ScheduleFlush(Flushable& flushable) {
  if (flushable.scheduled_) return;
  flushable.scheduled_ = true;
  to_flush_.push_back(&flushable);
}

void EventLoop::CancelFlush(Flushable& flushable) {
  if (!flushable.scheduled_) return;
  flushable.scheduled_ = false;
  *std::ranges::find(to_flush_, &flushable) = nullptr;
}

void EventLoop::Defer(Deferrable& heavy) {
  if (heavy.deferred_) return;
  heavy.deferred_ = true;
  deferred_.push_back(&heavy);
}

void EventLoop::CancelDeferred(Deferrable& heavy) {
  if (!heavy.deferred_) return;
  heavy.deferred_ = false;
  std::erase(deferred_, &heavy);
}

void EventLoop::RunDeferred() {
  const auto end = std::chrono::steady_clock::now() + kDeferredTime;
  for (int i = 0; i < kDeferredPerTurn && !deferred_.empty(); ++i) {
    Deferrable* const heavy = deferred_.front();
    deferred_.pop_front();
    heavy->deferred_ = false;
    heavy->RunDeferred();
    if (std::chrono::steady_clock::now() >= end) break;
  }
  EndTurn();
}

void EventLoop::EndTurn() {
  // A flush returns credit to other connections, which then want to flush too; a destructor may
  // have something to say as well. Both end: credit is finite, and each object dies once.
  while (!to_flush_.empty() || !doomed_.empty()) {
    for (size_t i = 0; i < to_flush_.size(); ++i) {
      Flushable* flushable = to_flush_[i];
      if (flushable == nullptr) continue;
      to_flush_[i] = nullptr;
      flushable->scheduled_ = false;
      flushable->Flush();
    }
    to_flush_.clear();
    for (size_t i = 0; i < doomed_.size(); ++i) {
      const auto doomed = std::move(doomed_[i]);  // its destructor may add to doomed_
    }
    doomed_.clear();
  }
}

}  // namespace evenkeel::net
