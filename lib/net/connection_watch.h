// ConnectionWatch: bounds the connections that evhttp accepts: how many there are, and how long
// each may take for a request.
//
// evhttp counts none, and its timeout is for silence: one byte each few seconds keeps a connection
// for ever. It has each connection's bufferevent made here and, while it uses it, has its callbacks
// in it; that is how this sees which ones are left. On the loop's thread.
#pragma once

#include <sys/time.h>

#include <chrono>
#include <cstddef>
#include <optional>
#include <vector>

#include "lib/base/clock.h"
#include "lib/net/event_loop.h"
#include "lib/net/timer.h"

struct bufferevent;
struct evconnlistener;

namespace evenkeel::net {

/// A duration as libevent wants it.
timeval ToTimeval(std::chrono::milliseconds duration);

/// Bytes that wait to be sent on it.
size_t UnsentBytes(bufferevent* connection);

class ConnectionWatch {
 public:
  struct Limits {
    size_t connections = 128;
    base::Duration request = std::chrono::seconds(20);  ///< from accept or the last answer on
  };

  ConnectionWatch(EventLoop& loop, const Limits& limits);
  ~ConnectionWatch();

  /// Of `listener`, which accepts for evhttp; also pauses it when the system has no descriptor
  /// left.
  void Watch(evconnlistener* listener);
  /// For evhttp_set_bevcb.
  bufferevent* MakeConnection();
  /// A request has been read on it: until OnAnswer its time is ours, and silence too.
  void OnRequest(bufferevent* connection);
  /// It is answered now; whoever is silent for `idle_timeout` is told to end.
  void OnAnswer(bufferevent* connection, std::chrono::milliseconds idle_timeout);

 private:
  struct Entry {
    bufferevent* connection;          // we have a reference
    std::optional<base::Time> since;  // nothing: it is our turn
  };

  void SetSince(const bufferevent* connection, std::optional<base::Time> since);
  void Pause();
  void Resume();
  void Look();
  void DropGone();

  EventLoop& loop_;
  const Limits limits_;
  evconnlistener* listener_ = nullptr;
  std::vector<Entry> entries_;
  Timer look_;
  Timer resume_;
};

}  // namespace evenkeel::net
