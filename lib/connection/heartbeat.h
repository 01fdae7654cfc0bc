// Heartbeat: sends a connection's own PINGs and says when the peer is dead; either side.
//
// Keepalive with a timer and a session. It closes nothing: its owner, a client's or an endpoint's
// connection, does when told. Used on its loop's thread.
#pragma once

#include <functional>

#include "lib/connection/keepalive.h"
#include "lib/http2/session.h"
#include "lib/net/event_loop.h"
#include "lib/net/timer.h"

namespace evenkeel::rpc {

class Heartbeat {
 public:
  /// `on_dead` runs in a turn of its own, at most once. With settings.time 0 nothing ever happens.
  Heartbeat(net::EventLoop& loop, http2::Session& session, const Keepalive::Settings& settings,
            std::function<void()> on_dead);

  bool on() const { return on_; }
  /// The session works from now on.
  void Start() {
    if (on_) Look();
  }
  /// Something was read from the peer.
  void OnRead() {
    if (on_) keepalive_.OnRead(loop_.Now());
  }
  /// A call is about to start, which may need a PING before it.
  void OnCall() {
    if (on_ && keepalive_.sleeping()) Follow(keepalive_.OnCall(loop_.Now()));
  }
  void Stop() { timer_.Stop(); }

 private:
  void Look() { Follow(keepalive_.Look(loop_.Now(), session_.open_streams())); }
  void Follow(Keepalive::Action action);

  net::EventLoop& loop_;
  http2::Session& session_;
  const bool on_;
  const std::function<void()> on_dead_;
  Keepalive keepalive_;
  net::Timer timer_;
};

}  // namespace evenkeel::rpc
