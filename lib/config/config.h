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
#include "lib/config/call_policy.h"
#include "lib/config/client_connection.h"
#include "lib/config/discovery.h"
#include "lib/config/health.h"
#include "lib/config/metadata.h"
#include "lib/config/policy.h"
#include "lib/config/service_config.h"
#include "lib/config/traffic.h"

namespace evenkeel::config {

using Milliseconds = std::chrono::milliseconds;

/// HTTP/2 limits of one side (RFC 9113, section 6.5.2). `http2:` of a listener or a cluster.
struct Http2 {
  /// Bytes a peer may send on one stream before we return credit; bounds a call's memory.
  /// 1 KiB to 16 MiB.
  uint32_t stream_window = 64 * 1024;
  /// Bytes a peer may send on one connection. 64 KiB (RFC 9113's initial size, which cannot be
  /// lowered) to 64 MiB.
  uint32_t connection_window = 1024 * 1024;
  /// Calls a client may have open on one connection. 1 to 1,000,000. Listeners only.
  uint32_t max_concurrent_streams = 100;
  /// Streams that a client may reset before their answers have begun, beyond what its answered ones
  /// pay for (http2::ResetGuard). 10 to 1,000,000. Listeners only.
  uint32_t max_resets = 500;
  /// Largest header list accepted, counted as name + value + 32 for each field (RFC 9113, section
  /// 6.5.2). 1 KiB to 1 MiB.
  uint32_t max_header_list = 64 * 1024;
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
  bool operator==(const Route&) const = default;
};

struct Listener {
  base::Address address;
  std::vector<Route> routes;  ///< the first that matches wins
  /// Where calls go that no route takes; empty: they end UNIMPLEMENTED.
  std::string cluster;
  /// Whether the sidecar answers grpc.health.v1.Health here itself.
  bool health_service = false;
  Http2 http2;
  ClientKeepalive keepalive;
  ConnectionLifetime lifetime;
  /// Clients' connections at once, in the whole process; more wait to be accepted. 0, no limit but
  /// the process's descriptors, to 10,000,000.
  uint32_t max_connections = 0;
  bool operator==(const Listener&) const = default;
};

struct Endpoint {
  base::Address address;
  /// Its share of calls relative to the others', for policies that use weights. 1 to 1,000,000.
  uint32_t weight = 1;
  /// 0 is used first; higher numbers take over as lower ones fail. 0 to 127.
  uint32_t priority = 0;
  /// Where it runs; empty: unknown, never the own zone.
  std::string zone;
  /// What hash policies place on the ring (gRFC A76); empty: the address.
  std::string hash_key;
  bool operator==(const Endpoint&) const = default;
};

/// How we connect to endpoints. `connection:` of a cluster.
struct Connection {
  /// For TCP connect until the peer's SETTINGS. 10 ms to 5 min.
  Milliseconds connect_timeout{1000};
  /// Wait before the second attempt to connect; grows by `backoff_multiplier` up to `max_backoff`
  /// and starts over once a connection has worked for 1 s (grpc doc/connection-backoff.md). 10 ms
  /// to 5 min.
  Milliseconds initial_backoff{100};
  /// `initial_backoff` to 1 h.
  Milliseconds max_backoff{10000};
  /// 1 to 10.
  double backoff_multiplier = 1.6;
  /// Share by which a back-off may be longer or shorter. 0 to 1.
  double backoff_jitter = 0.2;
  /// Connections to one endpoint from one worker once MAX_CONCURRENT_STREAMS is used up (gRFC
  /// A105). 1 to 100.
  uint32_t max_connections = 10;
  /// TCP_USER_TIMEOUT (gRFC A18) of connections without `keepalive`, whose timeout counts else. 0:
  /// the kernel's own, or 1 s to 1 h.
  base::Duration tcp_user_timeout = std::chrono::seconds(20);
  /// TCP keepalive after so long without a byte. 0: none, or 1 s to 9 h.
  base::Duration tcp_keepalive = std::chrono::seconds(30);
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
  /// Nothing: endpoints are not asked (`health_check: off`).
  std::optional<HealthCheck> health_check = HealthCheck{};
  /// Nothing: nobody is left out for failures (`outlier_detection: off`).
  std::optional<OutlierDetection> outlier_detection = OutlierDetection{};
  /// Nothing: no PINGs, the default.
  std::optional<Keepalive> keepalive;
  /// Calls that may wait, for an endpoint or a connection to one, in the whole process; more end
  /// UNAVAILABLE. 1 to 1,000,000.
  uint32_t max_pending_calls = 1024;
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
  /// 1 to 256. Nothing: from the cgroup's CPU quota.
  std::optional<uint32_t> workers;
  /// Bytes of requests that all calls together may keep for another attempt. 0 to 64 GiB.
  uint64_t replay_memory = 64 * 1024 * 1024;
  /// Resident bytes above which no new calls are taken; 0: no limit. Up to 1 TiB. Nothing: nine
  /// tenths of the cgroup's limit.
  std::optional<uint64_t> memory_limit;
  bool operator==(const Config&) const = default;
};

/// Has `next` share each listener and cluster that `before` has just so.
void ShareEqual(const Config& before, Config& next);

}  // namespace evenkeel::config
