// Transports: makes the transports of one listener or cluster, all of one kind.
//
// The seam for TLS: a kind of its own, handed to whoever makes connections (ClientSettings,
// Pool::Settings), is all that they need. A connection keeps the kind it was made by, so a reload
// may bring another. Immutable; shared by all threads.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "lib/base/file_descriptor.h"
#include "lib/base/network.h"
#include "lib/base/result.h"
#include "lib/net/event_loop.h"
#include "lib/net/socket_address.h"
#include "lib/net/transport.h"

namespace evenkeel::rpc {

class Transports {
 public:
  virtual ~Transports() = default;

  /// "http" or "https": the `:scheme` of what goes through them.
  virtual std::string_view scheme() const = 0;
  /// Server role: over an accepted socket.
  virtual std::unique_ptr<net::Transport> Accept(net::EventLoop& loop, base::FileDescriptor socket,
                                                 net::Transport::Handler& handler) const = 0;
  /// Client role: starts to connect. `host` is the endpoint's as it is written, without port or
  /// brackets: what its certificate has to be for. An error that the kernel reports at once comes
  /// as the result.
  virtual base::Result<std::unique_ptr<net::Transport>, std::error_code> Connect(
      net::EventLoop& loop, const net::SocketAddress& address, const std::string& host,
      net::Transport::Handler& handler) const = 0;
};

/// Bytes as they are; the same object always.
std::shared_ptr<const Transports> PlainTransports();

/// The same for clients that come through a load balancer: a PROXY header from one of `trusted`
/// begins each accepted connection (net::ProxiedStream).
std::shared_ptr<const Transports> ProxiedTransports(std::vector<base::Network> trusted);

}  // namespace evenkeel::rpc
