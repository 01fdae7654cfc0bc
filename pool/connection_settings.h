// ConnectionSettings: what a connection to an endpoint keeps for life. Values.
#pragma once

#include <memory>
#include <string>

#include "lib/base/clock.h"
#include "lib/config/config.h"
#include "lib/connection/keepalive.h"
#include "lib/connection/transports.h"
#include "lib/http2/session.h"

namespace evenkeel::pool {

struct ConnectionSettings {
  http2::SessionSettings http2;
  /// Until the peer's SETTINGS.
  base::Duration connect_timeout = config::Connection{}.connect_timeout;
  rpc::Keepalive::Settings keepalive{};
  /// How long sent bytes may stay unacknowledged where there is no keepalive, whose timeout counts
  /// else (gRFC A18); 0: as long as the kernel has it, some 15 minutes.
  base::Duration user_timeout = config::Connection{}.tcp_user_timeout;
  /// Silence after which the peer's kernel is asked whether the connection is still there; 0:
  /// never.
  base::Duration tcp_keepalive = config::Connection{}.tcp_keepalive;
  std::shared_ptr<const rpc::Transports> transports = rpc::PlainTransports();
  /// What the endpoint's certificate has to be for (Transports::Connect); a pool sets its target's.
  std::string host{};
  bool operator==(const ConnectionSettings&) const = default;
};

}  // namespace evenkeel::pool
