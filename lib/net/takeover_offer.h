// TakeoverOffer: the running process's side: lets a successor have the listening sockets.
//
// Listens on a Unix socket of its own with permissions 0600, and trusts its own user and root only.
// One successor at a time. Until that says that it accepts, nothing changes here; then on_taken
// runs, once, and the offer is over: its socket file is gone and on_taken may destroy the offer by
// EventLoop::DeleteLater. Used on its loop's thread. See takeover_message.h for what is said.
#pragma once

#include <event2/event_struct.h>

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "lib/base/result.h"
#include "lib/net/event_loop.h"
#include "lib/net/listener.h"
#include "lib/net/listening_sockets.h"
#include "lib/net/takeover_message.h"
#include "lib/net/timer.h"

namespace evenkeel::net {

class TakeoverOffer {
 public:
  struct Events {
    /// Clusters that have an endpoint now, for the successor to know.
    std::function<std::vector<std::string>()> serving;
    /// A successor accepts connections: accept no more. When this returns, it is told so.
    std::function<void()> on_taken;
    /// One asked but went without taking over; with a reason to log.
    std::function<void(std::string reason)> on_failed;
  };

  /// `sockets` must outlive the offer. A socket file that nobody listens on is replaced. A
  /// successor that says nothing for `patience` is given up, so that it does not keep the next one
  /// away: one that is well is ready, or has given up itself, within ten seconds. The error is a
  /// sentence that says what to do.
  static base::Result<std::unique_ptr<TakeoverOffer>, std::string> Open(
      EventLoop& loop, const std::string& path, const ListeningSockets& sockets, Events events,
      base::Duration patience = std::chrono::seconds(15));
  ~TakeoverOffer();
  TakeoverOffer(const TakeoverOffer&) = delete;
  TakeoverOffer& operator=(const TakeoverOffer&) = delete;

 private:
  TakeoverOffer(EventLoop& loop, std::string path, base::FileDescriptor socket,
                const ListeningSockets& sockets, Events events, base::Duration patience);
  void OnSuccessor(base::FileDescriptor socket);
  void OnMessage();
  void QueueSockets();
  void QueueServing();
  void SendQueued();
  void ForgetSuccessor();
  void GiveUp(std::string reason);
  void Withdraw();

  EventLoop& loop_;
  const std::string path_;
  const ListeningSockets& sockets_;
  const Events events_;
  std::unique_ptr<Listener> listener_;  // null: withdrawn
  base::FileDescriptor successor_;
  // The last one: closing it with its words unread would take back the reason that it was given.
  base::FileDescriptor turned_away_;
  std::deque<TakeoverMessage> queue_;  // what is to be sent to it
  event event_;
  event writable_;
  const base::Duration patience_;
  Timer silence_;  // of the successor
};

}  // namespace evenkeel::net
