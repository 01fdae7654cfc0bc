#include "tests/world/system/loops.h"

#include <event2/event.h>
#include <event2/event_struct.h>

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

#include "lib/base/check.h"
#include "tests/world/system/sockets.h"
#include "tests/world/system/world.h"

using evenkeel::base::Time;
using evenkeel::world::World;

namespace {

// When it is due, and in which order those of one time were added.
using TimerKey = std::pair<int64_t, uint64_t>;

// Where libevent keeps the time and place of an event's timer this keeps its key.
TimerKey KeyOf(const event& event) {
  return {event.ev_timeout.tv_sec, static_cast<uint64_t>(event.ev_timeout.tv_usec)};
}

bool Has(const event& event, int flag) { return (event.ev_evcallback.evcb_flags & flag) != 0; }
void Set(event& event, int flag) {
  event.ev_evcallback.evcb_flags = static_cast<short>(event.ev_evcallback.evcb_flags | flag);
}
void Unset(event& event, int flag) {
  event.ev_evcallback.evcb_flags = static_cast<short>(event.ev_evcallback.evcb_flags & ~flag);
}

void Forget(std::vector<event*>& events, const event* gone) {
  std::ranges::replace(events, const_cast<event*>(gone), nullptr);
}

}  // namespace

struct event_config {};

struct event_base {
  std::vector<event*> active;  // sockets that are ready
  std::vector<event*> turn;    // what the present turn is to do
  std::vector<event*> called;  // sockets whose handlers the present turn has called
  std::set<std::pair<TimerKey, event*>> timers;
  uint64_t timers_added = 0;
  bool stopped = false;
};

namespace evenkeel::world {

bool IsReady(const event_base& base, Time now) {
  return std::ranges::any_of(base.active, [](const event* each) { return each != nullptr; }) ||
         (!base.timers.empty() &&
          base.timers.begin()->first.first <= now.time_since_epoch().count());
}

Time NextEvent(const event_base& base, Time now) {
  if (std::ranges::any_of(base.active, [](const event* each) { return each != nullptr; })) {
    return now;
  }
  if (base.timers.empty()) return Time::max();
  return Time(base::Duration(base.timers.begin()->first.first));
}

void Activate(event& event, short ready) {
  if ((event.ev_events & ready) == 0 || Has(event, EVLIST_ACTIVE)) return;
  Set(event, EVLIST_ACTIVE);
  event.ev_base->active.push_back(&event);
}

}  // namespace evenkeel::world

namespace {

// An event whose socket is still ready after its handler is so in the next turn, too.
void Reactivate(event_base& base) {
  for (event* each : base.called) {
    if (each == nullptr || !Has(*each, EVLIST_INSERTED)) continue;
    evenkeel::world::Activate(*each, World::Current()->sockets().Ready(each->ev_fd));
  }
  base.called.clear();
}

void Call(event_base& base, event& event) {
  short ready = EV_TIMEOUT;
  if (Has(event, EVLIST_ACTIVE)) {
    Unset(event, EVLIST_ACTIVE);
    ready = static_cast<short>(World::Current()->sockets().Ready(event.ev_fd) & event.ev_events);
    if (ready == 0) return;
    if ((event.ev_events & EV_PERSIST) != 0) {
      base.called.push_back(&event);
    } else {
      event_del(&event);
    }
  }
  event.ev_evcallback.evcb_cb_union.evcb_callback(event.ev_fd, ready, event.ev_evcallback.evcb_arg);
}

void TakeTimers(event_base& base) {
  const int64_t now = World::Current()->now().time_since_epoch().count();
  while (!base.timers.empty() && base.timers.begin()->first.first <= now) {
    event* const due = base.timers.begin()->second;
    base.timers.erase(base.timers.begin());
    Unset(*due, EVLIST_TIMEOUT);
    base.turn.push_back(due);
  }
}

template <typename T>
void Shuffle(std::vector<T>& all) {
  for (size_t i = all.size(); i > 1; --i) {
    std::swap(all[i - 1], all[World::Current()->random().Below(i)]);
  }
}

}  // namespace

extern "C" {

event_config* event_config_new() { return new event_config; }
void event_config_free(event_config* config) { delete config; }
int event_config_set_flag(event_config*, int) { return 0; }
event_base* event_base_new_with_config(const event_config*) { return new event_base; }

void event_base_free(event_base* base) { delete base; }

int event_assign(event* event, event_base* base, evutil_socket_t fd, short events,
                 event_callback_fn callback, void* argument) {
  *event = {};
  event->ev_base = base;
  event->ev_fd = fd;
  event->ev_events = events;
  event->ev_evcallback.evcb_cb_union.evcb_callback = callback;
  event->ev_evcallback.evcb_arg = argument;
  return 0;
}

event* event_new(event_base* base, evutil_socket_t fd, short events, event_callback_fn callback,
                 void* argument) {
  auto* const made = new event;
  event_assign(made, base, fd, events, callback, argument);
  return made;
}

void event_free(event* event) {
  event_del(event);
  delete event;
}

int event_add(event* event, const timeval* timeout) {
  World& world = *World::Current();
  if ((event->ev_events & (EV_READ | EV_WRITE)) != 0 && !Has(*event, EVLIST_INSERTED)) {
    Set(*event, EVLIST_INSERTED);
    world.sockets().Watch(event->ev_fd, *event);
    evenkeel::world::Activate(*event, world.sockets().Ready(event->ev_fd));
  }
  if (timeout == nullptr) return 0;
  event_base& base = *event->ev_base;
  if (Has(*event, EVLIST_TIMEOUT)) base.timers.erase({KeyOf(*event), event});
  Forget(base.turn, event);
  const Time due = world.now() + std::chrono::seconds(timeout->tv_sec) +
                   std::chrono::microseconds(timeout->tv_usec);
  event->ev_timeout.tv_sec = due.time_since_epoch().count();
  event->ev_timeout.tv_usec = static_cast<suseconds_t>(++base.timers_added);
  base.timers.insert({KeyOf(*event), event});
  Set(*event, EVLIST_TIMEOUT);
  return 0;
}

int event_del(event* event) {
  event_base* const base = event->ev_base;
  if (base == nullptr) return 0;  // never assigned
  if (Has(*event, EVLIST_INSERTED)) {
    Unset(*event, EVLIST_INSERTED);
    World::Current()->sockets().Unwatch(event->ev_fd, *event);
  }
  if (Has(*event, EVLIST_TIMEOUT)) {
    Unset(*event, EVLIST_TIMEOUT);
    base->timers.erase({KeyOf(*event), event});
  }
  if (Has(*event, EVLIST_ACTIVE)) {
    Unset(*event, EVLIST_ACTIVE);
    Forget(base->active, event);
  }
  Forget(base->turn, event);
  Forget(base->called, event);
  return 0;
}

int event_base_loopbreak(event_base* base) {
  base->stopped = true;
  return 0;
}

int event_base_loop(event_base* base, int) {
  base->stopped = false;
  base->turn = std::exchange(base->active, {});
  std::erase(base->turn, nullptr);
  Shuffle(base->turn);
  TakeTimers(*base);
  for (size_t i = 0; i < base->turn.size() && !base->stopped; ++i) {
    event* const each = std::exchange(base->turn[i], nullptr);
    if (each != nullptr) Call(*base, *each);
  }
  // A handler has ended the turn: the rest comes in the next one.
  for (event* each : std::exchange(base->turn, {})) {
    if (each == nullptr) continue;
    constexpr timeval kAtOnce{};
    if (Has(*each, EVLIST_ACTIVE)) {
      base->active.push_back(each);
    } else {
      event_add(each, &kAtOnce);
    }
  }
  Reactivate(*base);
  return 0;
}

void event_set_log_callback(event_log_cb) {}

}  // extern "C"
