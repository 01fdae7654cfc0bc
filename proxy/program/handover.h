// Handover: this process's place between its predecessor and its successor: `evenkeel run
// --takeover`.
//
//   Begin: ask the predecessor ──none──> serve at once
//     └─sockets─> Complete: wait until ready ──> tell it to drain ──> serve ──> Offer to a
//     successor
//
// Owned by the Sidecar, used on the main thread. The listening sockets belong to ListeningSockets,
// what is said between processes to net/takeover_message.h.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/result.h"
#include "lib/net/event_loop.h"
#include "lib/net/listening_sockets.h"
#include "lib/net/takeover.h"
#include "lib/net/takeover_offer.h"
#include "lib/net/timer.h"
#include "lib/telemetry/log.h"

namespace evenkeel::proxy {

/// Where a process of this user offers a take-over: in $RUNTIME_DIRECTORY, which systemd sets, or
/// $XDG_RUNTIME_DIR, or /run for root, or $HOME where none but this user can write to it, else in
/// /tmp.
std::string DefaultTakeoverSocket();

class Handover {
 public:
  struct Events {
    /// What keeps this process from taking over from one that serves these clusters; empty:
    /// nothing.
    std::function<std::vector<std::string>(const std::vector<std::string>& serving)> why_not_ready;
    /// There is no predecessor, or it accepts no more.
    std::function<void()> on_serving;
    /// This process did not become ready in time, and the predecessor goes on.
    std::function<void()> on_failed;
  };

  Handover(net::EventLoop& loop, net::ListeningSockets& sockets, telemetry::Log& log);

  /// Asks the process at `path`, if there is one, for its sockets. Blocks for some seconds at most.
  base::Result<void, std::string> Begin(const std::string& path);
  /// To be called once the sockets are in use; also without Begin. One of the events but the first
  /// follows, within ten seconds, or before this returns.
  void Complete(Events events);
  /// From now on a successor may take over, which is told what is `serving`; then `on_taken`, once:
  /// drain, and leave what is queued.
  base::Result<void, std::string> Offer(const std::string& path,
                                        std::function<std::vector<std::string>()> serving,
                                        std::function<void()> on_taken);
  /// Whether a predecessor has been told that this process accepts.
  bool has_taken_over() const { return has_taken_over_; }
  /// Takes the offer back: this process drains.
  void Withdraw();

 private:
  void Look();
  void Finish();

  net::EventLoop& loop_;
  net::ListeningSockets& sockets_;
  telemetry::Log& log_;
  Events events_;
  net::Timer look_;
  std::optional<base::Time> give_up_at_;
  bool has_taken_over_ = false;
  std::unique_ptr<net::Takeover> takeover_;    // null: there is no predecessor, or no longer
  std::unique_ptr<net::TakeoverOffer> offer_;  // null: nothing is offered
};

}  // namespace evenkeel::proxy
