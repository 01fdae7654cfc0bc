// Systemd: the service manager that started this process, if one did: its sockets, and what it
// wants to be told (sd_listen_fds(3), sd_notify(3)).
//
// Written by hand, some thirty lines of it: libsystemd would bring six more libraries and 1.1 MB of
// resident memory for one datagram. Without systemd everything here does nothing. Main thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/base/clock.h"
#include "lib/net/listening_sockets.h"

namespace evenkeel::net {

class Systemd {
 public:
  /// Reads NOTIFY_SOCKET, WATCHDOG_USEC, WATCHDOG_PID, LISTEN_FDS and LISTEN_PID, and takes them
  /// out of the environment. Takes over the sockets that came with the process, so it must be made
  /// before the process opens any descriptor: what a manager promised and a wrapper closed would
  /// else be one of our own. What is no listening stream socket is left alone.
  Systemd();

  /// Those sockets, without names; once.
  std::vector<ListeningSockets::Group> TakeSockets() { return std::move(groups_); }

  void Ready(std::string_view status);
  void Reloading();
  void Stopping();
  /// To be called every watchdog_period() while all is well; nothing: nobody waits for it.
  void Alive();
  std::optional<base::Duration> watchdog_period() const { return watchdog_period_; }

 private:
  void FindSockets(int count);
  void Notify(const std::string& state);

  std::string notify_socket_;
  std::vector<ListeningSockets::Group> groups_;
  std::optional<base::Duration> watchdog_period_;
};

}  // namespace evenkeel::net
