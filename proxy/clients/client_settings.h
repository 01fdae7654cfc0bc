// ClientSettings: what a listener's configuration means for the connections of its clients. Values.
#pragma once

#include <memory>

#include "lib/config/config.h"
#include "lib/connection/keepalive.h"
#include "lib/connection/transports.h"
#include "lib/http2/session.h"
#include "proxy/clients/connection_lifetime.h"
#include "proxy/clients/ping_enforcement.h"

namespace evenkeel::proxy {

struct ClientSettings {
  http2::SessionSettings http2;
  std::shared_ptr<const rpc::Transports> transports = rpc::PlainTransports();
  rpc::Keepalive::Settings keepalive{};
  PingEnforcement::Settings pings{};
  ConnectionLifetime::Settings lifetime{};
  /// For calls from now on.
  config::ForwardClientCertificate forward_certificate{};
  /// A call that has finished is reset when nothing of its answer has left for so long, and within
  /// twice that: a client that opens no window would have us hold it for ever. Not configurable.
  base::Duration write_timeout = std::chrono::minutes(5);
};

ClientSettings ClientSettingsOf(const config::Listener& listener);

}  // namespace evenkeel::proxy
