// How a listener treats its clients' connections, as configured: PINGs both ways, idleness, age,
// what they say of who is behind them.
//
// Plain values, part of config.h's Listener. Defaults are those of a gRPC server (gRFC A8, A9).
#pragma once

#include <cstdint>
#include <vector>

#include "lib/base/clock.h"
#include "lib/base/network.h"
#include "lib/config/bounds.h"

namespace evenkeel::config {

/// `keepalive:` of a listener.
struct ClientKeepalive {
  /// After so long without a byte from the client comes a PING, calls or not.
  base::Duration time = std::chrono::hours(2);
  static constexpr Durations kTime{std::chrono::seconds(10), std::chrono::hours(24)};
  /// Without an answer for so long the connection is closed; also TCP_USER_TIMEOUT (gRFC A18).
  base::Duration timeout = std::chrono::seconds(20);
  static constexpr Durations kTimeout{std::chrono::seconds(1), std::chrono::minutes(10)};
  /// The least time between two PINGs of a client that gets nothing from us meanwhile.
  base::Duration permit_time = std::chrono::minutes(5);
  static constexpr Durations kPermitTime{std::chrono::milliseconds(0), std::chrono::hours(24)};
  /// Whether the same holds without a call; else it is 2 h then.
  bool permit_without_calls = false;
  /// PINGs that may come too early; one more ends the connection with too_many_pings.
  uint32_t max_ping_strikes = 2;
  static constexpr WholeNumbers kMaxPingStrikes{0, 1000};
  bool operator==(const ClientKeepalive&) const = default;
};

/// `max_connection_…` of a listener; each is off at 0, the default.
struct ConnectionLifetime {
  /// Without a call for so long the connection is drained. 0, or at least 1 s.
  base::Duration max_idle{};
  static constexpr Durations kMaxIdle{std::chrono::milliseconds(0), std::chrono::hours(24)};
  /// So old, 10 % more or less, it is drained: its client connects anew. 0, or at least 1 s.
  base::Duration max_age{};
  static constexpr Durations kMaxAge{std::chrono::milliseconds(0), std::chrono::hours(720)};
  /// Calls left so long after that end UNAVAILABLE. 0: never, else at least 1 s.
  base::Duration max_age_grace{};
  static constexpr Durations kMaxAgeGrace{std::chrono::milliseconds(0), std::chrono::hours(24)};
  bool operator==(const ConnectionLifetime&) const = default;
};

/// `proxy_protocol:` of a listener: a PROXY header, version 1 or 2, begins each connection.
struct ProxyProtocol {
  /// Whose headers are believed, and asked for; connections from elsewhere are refused.
  std::vector<base::Network> trusted;
  bool operator==(const ProxyProtocol&) const = default;
};

/// `forward_client_certificate:` of a listener: what becomes of x-forwarded-client-cert.
struct ForwardClientCertificate {
  enum class Mode : uint8_t {
    kStrip,    ///< no call has it
    kSet,      ///< it tells of the client's certificate, and of nothing else
    kAppend,   ///< trusted clients' keeps what it says, with the client's certificate behind that
    kForward,  ///< trusted clients' stays as it is
  };
  Mode mode = Mode::kStrip;
  enum class Field : uint8_t { kHash, kSubject, kUri, kDns };
  /// Of kSet and kAppend: what is told, in the order of Field.
  std::vector<Field> fields{Field::kHash, Field::kUri};
  /// Of kAppend and kForward: the clients, by their addresses; others lose theirs.
  std::vector<base::Network> trusted;
  bool operator==(const ForwardClientCertificate&) const = default;
};

}  // namespace evenkeel::config
