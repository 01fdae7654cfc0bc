// Loops: libevent as net::EventLoop and its kind use it, over the world's time and sockets.
//
// loops.cc defines libevent's functions, so that a program that is linked with it has no other
// libevent. Events of one turn come in an order that the world draws, as epoll promises none.
#pragma once

#include "lib/base/clock.h"

struct event;
struct event_base;

namespace evenkeel::world {

/// Whether a turn would have something to do now.
bool IsReady(const event_base& base, base::Time now);
/// When it will, as far as its timers say; Time::max(): they do not.
base::Time NextEvent(const event_base& base, base::Time now);
/// The socket of an event has become readable or writable, as far as `ready` (EV_READ, EV_WRITE)
/// says.
void Activate(event& event, short ready);

}  // namespace evenkeel::world
