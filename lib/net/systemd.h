// Systemd: the service manager that started this process, if one did: its sockets, and what it
// wants to be told (sd_listen_fds(3), sd_notify(3)).
//
// Written by hand, some thirty lines of it: libsystemd would bring six more libraries and 1.1 MB of
// resident memory for one datagram. Without systemd everything here does nothing. Main thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/clock.h"
#include "lib/net/listening_sockets.h"

namespace evenkeel::net {

class Systemd {
 public:
  /// Reads NOTIFY_SOCKET, WATCHDOG_USEC, WATCHDOG_PID, LISTEN_FDS and LISTEN_PID, and takes them
  /// out of the environment.
  Systemd();

  /// The listening sockets that came with the process, without names; once. What is no listening
  /// stream socket is closed.
  std::vector<ListeningSockets::Group> TakeSockets();

  void Ready(std::string_view status);
  void Reloading();
  void Stopping();
  /// To be called every watchdog_period() while all is well; nothing: nobody waits for it.
  void Alive();
  std::optional<base::Duration> watchdog_period() const { return watchdog_period_; }

 private:
  void Notify(const std::string& state);

  std::string notify_socket_;
  int listen_count_ = 0;
  std::optional<base::Duration> watchdog_period_;
};

}  // namespace evenkeel::net
