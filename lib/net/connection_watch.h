// ConnectionWatch: bounds the connections that evhttp accepts: how many there are, and how long
// each may take for a request.
//
// evhttp counts none, and its timeout is for silence: one byte each few seconds keeps a connection
// for ever. It has each connection's bufferevent made here and, while it uses it, has its callbacks
// in it; that is how this sees which ones are left. On the loop's thread.
#pragma once

#include <vector>

#include "lib/base/clock.h"
#include "lib/net/event_loop.h"
#include "lib/net/timer.h"

struct bufferevent;
struct evconnlistener;

namespace evenkeel::net {

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
  /// A request has been read on it.
  void OnRequest(const bufferevent* connection);

 private:
  struct Entry {
    bufferevent* connection;  // we have a reference
    base::Time since;
  };

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
