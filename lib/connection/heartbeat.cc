#include "lib/connection/heartbeat.h"

#include <utility>

namespace evenkeel::rpc {

Heartbeat::Heartbeat(net::EventLoop& loop, http2::Session& session,
                     const Keepalive::Settings& settings, std::function<void()> on_dead)
    : loop_(loop),
      session_(session),
      on_(settings.time > base::Duration::zero()),
      on_dead_(std::move(on_dead)),
      keepalive_(settings, loop.Now()),
      timer_(loop, [this] { Look(); }) {}

void Heartbeat::Follow(Keepalive::Action action) {
  switch (action) {
    case Keepalive::Action::kPing:
      session_.SubmitPing(0);
      [[fallthrough]];
    case Keepalive::Action::kWait:
      return timer_.StartAt(keepalive_.due());
    case Keepalive::Action::kSleep:
      return;
    case Keepalive::Action::kDie:
      on_dead_();
  }
}

}  // namespace evenkeel::rpc
