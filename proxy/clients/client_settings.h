// ClientSettings: what a listener's configuration means for the connections of its clients. Values.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <string>

#include "lib/base/result.h"
#include "lib/config/config.h"
#include "lib/connection/keepalive.h"
#include "lib/connection/transports.h"
#include "lib/http2/session.h"
#include "lib/tls/ticket_keys.h"
#include "proxy/clients/connection_lifetime.h"
#include "proxy/clients/ping_enforcement.h"

namespace evenkeel::proxy {

struct ClientSettings {
  http2::SessionSettings http2;
  std::shared_ptr<const rpc::Transports> transports = rpc::PlainTransports();
  /// How many handshakes of the worker may wait for their turn before it accepts no more.
  uint32_t max_handshakes = std::numeric_limits<uint32_t>::max();
  rpc::Keepalive::Settings keepalive{};
  PingEnforcement::Settings pings{};
  ConnectionLifetime::Settings lifetime{};
  /// For calls from now on.
  config::ForwardClientCertificate forward_certificate{};
  /// A call that has finished is reset when nothing of its answer has left for so long, and within
  /// twice that: a client that opens no window would have us hold it for ever. Not configurable.
  base::Duration write_timeout = std::chrono::minutes(5);
};

ClientSettings ClientSettingsOf(const config::Listener& listener,
                                std::shared_ptr<const rpc::Transports> transports);

/// How bytes travel between the listener and its clients. Reads certificates and keys, which takes
/// up to a millisecond each; the error is a sentence for the operator.
base::Result<std::shared_ptr<const rpc::Transports>, std::string> ClientTransports(
    const config::Listener& listener, std::shared_ptr<tls::TicketKeys> ticket_keys);
/// Whether both listeners' bytes travel in the same way.
bool HaveSameTransports(const config::Listener& one, const config::Listener& other);

}  // namespace evenkeel::proxy
