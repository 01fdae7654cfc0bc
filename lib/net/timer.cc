#include "lib/net/timer.h"

#include <event2/event.h>
#include <event2/event_struct.h>

#include <algorithm>

#include "lib/base/block_pool.h"
#include "lib/base/check.h"

namespace evenkeel::net {

struct Timer::Event final : base::Pooled {
  explicit Event(Timer& timer) {
    CHECK(evtimer_assign(
              &native, timer.loop_.native(),
              [](int, short, void* self) noexcept { static_cast<Timer*>(self)->OnTimeout(); },
              &timer) == 0);
  }

  event native;
};

Timer::Timer(EventLoop& loop, std::function<void()> on_fire)
    : loop_(loop), on_fire_(std::move(on_fire)) {}

Timer::~Timer() { Stop(); }

void Timer::StartAt(base::Time due) {
  if (!event_) event_ = std::make_unique<Event>(*this);
  due_ = due;
  running_ = true;
  Arm();
}

void Timer::Stop() {
  if (running_) event_del(&event_->native);
  running_ = false;
}

void Timer::Arm() {
  const auto delay = std::max(due_ - loop_.Now(), base::Duration::zero());
  const auto micros = std::chrono::ceil<std::chrono::microseconds>(delay).count();
  const timeval timeout{.tv_sec = static_cast<time_t>(micros / 1'000'000),
                        .tv_usec = static_cast<suseconds_t>(micros % 1'000'000)};
  CHECK(event_add(&event_->native, &timeout) == 0);
}

void Timer::OnTimeout() {
  // libevent's clock is coarse: it can be some milliseconds behind ours when a timer is armed.
  if (loop_.Now() < due_) return Arm();
  running_ = false;
  on_fire_();
}

}  // namespace evenkeel::net
