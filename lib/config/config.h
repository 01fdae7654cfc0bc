// The configuration as plain, validated values: what the YAML file says, after defaults.
//
// These structs know no YAML and no sockets. docs/configuration.md explains each key to users; the
// names here are the keys' names there. Immutable once loaded; shared between threads as a
// snapshot.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/address.h"
#include "lib/base/shared_value.h"
#include "lib/config/access.h"
#include "lib/config/bounds.h"
#include "lib/config/call_policy.h"
#include "lib/config/client_connection.h"
#include "lib/config/discovery.h"
#include "lib/config/health.h"
#include "lib/config/metadata.h"
#include "lib/config/policy.h"
#include "lib/config/service_config.h"
#include "lib/config/tls.h"
#include "lib/config/traffic.h"

namespace evenkeel::config {

using Milliseconds = std::chrono::milliseconds;

/// HTTP/2 limits of one side (RFC 9113, section 6.5.2). `http2:` of a listener or a cluster.
struct Http2 {
  /// Bytes a peer may send on one stream before we return credit; bounds a call's memory.
  uint32_t stream_window = 64 * 1024;
  static constexpr Sizes kStreamWindow{1024, 16 * 1024 * 1024};
  /// Bytes a peer may send on one connection. RFC 9113's initial size, 64 KiB, cannot be lowered.
  uint32_t connection_window = 1024 * 1024;
  static constexpr Sizes kConnectionWindow{64 * 1024, 64 * 1024 * 1024};
  /// Calls a client may have open on one connection. Listeners only.
  uint32_t max_concurrent_streams = 100;
  static constexpr WholeNumbers kMaxConcurrentStreams{1, 1'000'000};
  /// Streams that a client may reset before their answers have begun, beyond what its answered ones
  /// pay for (http2::ResetGuard). Listeners only.
  uint32_t max_resets = 500;
  static constexpr WholeNumbers kMaxResets{10, 1'000'000};
  /// Largest header list accepted, counted as name + value + 32 for each field (RFC 9113, section
  /// 6.5.2).
  uint32_t max_header_list = 64 * 1024;
  static constexpr Sizes kMaxHeaderList{1024, 1024 * 1024};
  bool operator==(const Http2&) const = default;
};

/// What a call must look like to take a route; an empty member matches every call.
struct Match {
  std::string authority;  ///< `:authority`, compared without case, port included when written
  std::string service;    ///< "package.Service"
  std::string method;     ///< "GetUser"; needs `service`
  std::vector<Metadata> metadata;  ///< all must match, exactly
  bool operator==(const Match&) const = default;
};

struct Route {
  Match match;
  std::string cluster;  ///< empty where the traffic is split
  CallPolicy calls;
  RouteTraffic traffic;
  /// Nothing: the listener's counts.
  std::optional<Authorization> authorization;
  bool operator==(const Route&) const = default;
};

struct Listener {
  base::Address address;
  /// Permissions of a Unix socket's file, 0 to 0777; nothing: as the umask has it.
  std::optional<uint32_t> mode;
  std::vector<Route> routes;  ///< the first that matches wins
  /// Where calls go that no route takes; empty: they end UNIMPLEMENTED.
  std::string cluster;
  /// Whether the sidecar answers grpc.health.v1.Health here itself.
  bool health_service = false;
  /// Whether it asks its callers for what `authentication` and `authorization` ask.
  bool guard_health_service = false;
  Http2 http2;
  ClientKeepalive keepalive;
  ConnectionLifetime lifetime;
  /// Clients' connections at once, in the whole process; more wait to be accepted. 0: no limit but
  /// the process's descriptors.
  uint32_t max_connections = 0;
  static constexpr WholeNumbers kMaxConnections{0, 10'000'000};
  /// Nothing: connections begin with HTTP/2, the default.
  std::optional<ProxyProtocol> proxy_protocol;
  /// Nothing: no TLS, the default.
  std::optional<ListenerTls> tls;
  ForwardClientCertificate forward_client_certificate;
  /// Nothing: clients need no credentials.
  std::optional<Authentication> authentication;
  /// Of the routes that have none of their own. Nothing: their calls are not judged.
  std::optional<Authorization> authorization;
  bool operator==(const Listener&) const = default;
};

struct Endpoint {
  base::Address address;
  /// Its share of calls relative to the others', for policies that use weights.
  uint32_t weight = 1;
  static constexpr WholeNumbers kWeight{1, 1'000'000};
  /// 0 is used first; higher numbers take over as lower ones fail.
  uint32_t priority = 0;
  static constexpr WholeNumbers kPriority{0, 127};
  /// Where it runs; empty: unknown, never the own zone.
  std::string zone;
  /// What hash policies place on the ring (gRFC A76); empty: the address.
  std::string hash_key;
  bool operator==(const Endpoint&) const = default;
};

/// How we connect to endpoints. `connection:` of a cluster.
struct Connection {
  /// For TCP connect until the peer's SETTINGS.
  Milliseconds connect_timeout{1000};
  static constexpr Durations kConnectTimeout{std::chrono::milliseconds(10),
                                             std::chrono::minutes(5)};
  /// Wait before the second attempt to connect; grows by `backoff_multiplier` up to `max_backoff`
  /// and starts over once a connection has worked for 1 s (grpc doc/connection-backoff.md).
  Milliseconds initial_backoff{100};
  static constexpr Durations kInitialBackoff{std::chrono::milliseconds(10),
                                             std::chrono::minutes(5)};
  /// At least `initial_backoff`.
  Milliseconds max_backoff{10000};
  static constexpr Durations kMaxBackoff{std::chrono::milliseconds(10), std::chrono::hours(1)};
  double backoff_multiplier = 1.6;
  static constexpr Decimals kBackoffMultiplier{1, 10};
  /// Share by which a back-off may be longer or shorter.
  double backoff_jitter = 0.2;
  static constexpr Decimals kBackoffJitter{0, 1};
  /// Connections to one endpoint from one worker once MAX_CONCURRENT_STREAMS is used up (gRFC
  /// A105).
  uint32_t max_connections = 10;
  static constexpr WholeNumbers kMaxConnections{1, 100};
  /// TCP_USER_TIMEOUT (gRFC A18) of connections without `keepalive`, whose timeout counts else. 0:
  /// the kernel's own, or at least 1 s.
  base::Duration tcp_user_timeout = std::chrono::seconds(20);
  static constexpr Durations kTcpUserTimeout{std::chrono::milliseconds(0), std::chrono::hours(1)};
  /// TCP keepalive after so long without a byte. 0: none, or at least 1 s.
  base::Duration tcp_keepalive = std::chrono::seconds(30);
  static constexpr Durations kTcpKeepalive{std::chrono::milliseconds(0), std::chrono::hours(9)};
  bool operator==(const Connection&) const = default;
};

struct Cluster {
  std::string name;
  /// No address twice; none when `origin` says where they come from.
  std::vector<Endpoint> endpoints;
  EndpointOrigin origin;
  Dns dns;
  Policy policy;
  Balancing balancing;
  Connection connection;
  Http2 http2;
  /// Nothing: no TLS, the default.
  std::optional<ClusterTls> tls;
  /// Nothing: endpoints are not asked (`health_check: off`).
  std::optional<HealthCheck> health_check = HealthCheck{};
  /// Nothing: nobody is left out for failures (`outlier_detection: off`).
  std::optional<OutlierDetection> outlier_detection = OutlierDetection{};
  /// Nothing: no PINGs, the default.
  std::optional<Keepalive> keepalive;
  /// Calls that may wait, for an endpoint or a connection to one, in the whole process; more end
  /// UNAVAILABLE.
  uint32_t max_pending_calls = 1024;
  static constexpr WholeNumbers kMaxPendingCalls{1, 1'000'000};
  std::optional<ServiceConfig> service_config;
  /// Nothing: no tokens (`retry_throttling: off`).
  std::optional<RetryThrottling> retry_throttling = RetryThrottling{};
  /// Nothing: no budget (`retry_budget: off`).
  std::optional<RetryBudget> retry_budget = RetryBudget{};
  Limits limits;           ///< of the whole cluster
  Limits endpoint_limits;  ///< of each endpoint
  /// Nothing: the limit stays where it is, the default.
  std::optional<AdaptiveConcurrency> adaptive_concurrency;
  /// Nothing: streams stay where they are, the default.
  std::optional<MoveStreams> move_streams;
  bool operator==(const Cluster&) const = default;
};

struct Admin {
  /// Nothing when switched off (`admin: off`). Default: 127.0.0.1:9901.
  std::optional<base::Address> address = *base::Address::Parse("127.0.0.1:9901");
  /// As a listener's.
  std::optional<uint32_t> mode{};
  /// The file of the tokens, one of which a request must bring; empty: whoever reaches it may ask.
  std::string token_file{};
  /// Of pages that need no token: their paths. Empty: what probes ask for, /live and /ready.
  std::vector<std::string> open{};
  bool operator==(const Admin&) const = default;
};

using Listeners = std::vector<base::SharedValue<Listener>>;
using Clusters = std::vector<base::SharedValue<Cluster>>;

/// Listeners and clusters are snapshots: what does not change from one configuration to the next is
/// shared (ShareEqual), so that who applies one sees at a glance what is other.
struct Config {
  /// What an idle sidecar with many workers needs: a limit below it would refuse every call.
  static constexpr uint64_t kLeastMemory = 16 * 1024 * 1024;

  Listeners listeners;  ///< at least one
  Clusters clusters;    ///< in the file's order; no name twice
  Admin admin;
  /// Nothing: from the cgroup's CPU quota.
  std::optional<uint32_t> workers;
  static constexpr WholeNumbers kWorkers{1, 256};
  /// Bytes of requests that all calls together may keep for another attempt.
  uint64_t replay_memory = 64 * 1024 * 1024;
  static constexpr Sizes kReplayMemory{0, 64LL * 1024 * 1024 * 1024};
  /// Resident bytes above which no new calls are taken; 0: no limit, else at least kLeastMemory.
  /// Nothing: nine tenths of the cgroup's limit.
  std::optional<uint64_t> memory_limit;
  static constexpr Sizes kMemoryLimit{0, 1024LL * 1024 * 1024 * 1024};
  bool operator==(const Config&) const = default;
};

/// Has `next` share each listener and cluster that `before` has just so.
void ShareEqual(const Config& before, Config& next);

}  // namespace evenkeel::config
