// How a listener treats its clients' connections, as configured: PINGs both ways, idleness, age.
//
// Plain values, part of config.h's Listener. Defaults are those of a gRPC server (gRFC A8, A9).
#pragma once

#include <cstdint>

#include "lib/base/clock.h"

namespace evenkeel::config {

/// `keepalive:` of a listener.
struct ClientKeepalive {
  /// After so long without a byte from the client comes a PING, calls or not. 10 s to 24 h.
  base::Duration time = std::chrono::hours(2);
  /// Without an answer for so long the connection is closed; also TCP_USER_TIMEOUT (gRFC A18). 1 s
  /// to 10 min.
  base::Duration timeout = std::chrono::seconds(20);
  /// The least time between two PINGs of a client that gets nothing from us meanwhile. 0 to 24 h.
  base::Duration permit_time = std::chrono::minutes(5);
  /// Whether the same holds without a call; else it is 2 h then.
  bool permit_without_calls = false;
  /// PINGs that may come too early; one more ends the connection with too_many_pings. 0 to 1,000.
  uint32_t max_ping_strikes = 2;
  bool operator==(const ClientKeepalive&) const = default;
};

/// `max_connection_…` of a listener; each is off at 0, the default.
struct ConnectionLifetime {
  /// Without a call for so long the connection is drained. 0, or 1 s to 24 h.
  base::Duration max_idle{};
  /// So old, 10 % more or less, it is drained: its client connects anew. 0, or 1 s to 30 days.
  base::Duration max_age{};
  /// Calls left so long after that end UNAVAILABLE. 0: never, else 1 s to 24 h.
  base::Duration max_age_grace{};
  bool operator==(const ConnectionLifetime&) const = default;
};

}  // namespace evenkeel::config
