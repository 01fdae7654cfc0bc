// Listener: a listening socket, and one worker's acceptance of its connections.
#pragma once

#include <event2/event_struct.h>
#include <sys/types.h>

#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/base/address.h"
#include "lib/base/file_descriptor.h"
#include "lib/base/limit.h"
#include "lib/base/result.h"
#include "lib/net/descriptor_reserve.h"
#include "lib/net/event_loop.h"
#include "lib/net/socket_address.h"
#include "lib/net/timer.h"

namespace evenkeel::net {

struct ListenOptions {
  /// TCP: our own sockets that are about to go overlap with the address, and it may stand beside
  /// them. Otherwise an address that somebody has is an error.
  bool beside_ours = false;
  /// Permissions of a Unix socket's file; nothing: as the umask has it.
  std::optional<mode_t> mode{};
};

/// One listening socket for each of `count` workers. TCP: sockets of their own on the same port
/// (SO_REUSEPORT), port 0 resolved once for all. Unix: one socket, duplicated; a stale socket file
/// that nobody listens on is replaced, a live one is an error. A host name listens on its first
/// address. The error is a sentence for the operator.
base::Result<std::vector<base::FileDescriptor>, std::string> OpenListeners(
    const base::Address& address, size_t count, const ListenOptions& options = {});

/// One more socket on the port that `socket`, which was opened with SO_REUSEPORT, listens on. Empty
/// when the system refuses.
base::FileDescriptor OpenOneMore(const base::FileDescriptor& socket);

/// Accepts on one socket until destroyed. Where no more can be taken for now it pauses for a moment
/// instead of spinning: connections wait in the kernel's queue, calls in progress are not touched.
class Listener {
 public:
  using AcceptHandler = std::function<void(base::FileDescriptor)>;

  /// What has it pause before the system does; null: nothing of the kind. They outlive it.
  struct Brakes {
    const DescriptorReserve* descriptors = nullptr;
    const base::Limit* connections = nullptr;
    const std::atomic<bool>* closed = nullptr;  ///< no more while true
    /// No more while so many heavy things wait in the loop (EventLoop::Defer). Of its thread.
    const uint32_t* most_deferred = nullptr;
  };
  /// Why it has paused, a constant text; comes with the first pause and no more often than each ten
  /// seconds.
  using PauseHandler = std::function<void(std::string_view reason)>;

  Listener(EventLoop& loop, base::FileDescriptor socket, AcceptHandler on_accept)
      : Listener(loop, std::move(socket), std::move(on_accept), {}, nullptr) {}
  Listener(EventLoop& loop, base::FileDescriptor socket, AcceptHandler on_accept,
           const Brakes& brakes, PauseHandler on_pause);
  /// Takes what is still queued, then closes, so that no client that has connected is refused.
  ~Listener();
  /// Has the destructor leave what is queued to another process that has the socket too.
  void LeaveQueue() { takes_queue_ = false; }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

 private:
  void AcceptQueued(int limit);
  /// Null: it may accept.
  const char* WhyNot();
  void Pause(std::string_view reason);

  base::FileDescriptor socket_;
  const AcceptHandler on_accept_;
  const Brakes brakes_;
  const PauseHandler on_pause_;
  event event_;
  Timer resume_;
  EventLoop& loop_;
  std::optional<base::Time> told_{};
  bool reserve_reached_ = false;  // by the last one
  bool takes_queue_ = true;
};

}  // namespace evenkeel::net
