#include "lib/yaml/config_reader.h"

#include <string>
#include <string_view>
#include <variant>

#include "lib/yaml/access_reader.h"
#include "lib/yaml/call_policy_reader.h"
#include "lib/yaml/client_connection_reader.h"
#include "lib/yaml/discovery_reader.h"
#include "lib/yaml/file_mode_key.h"
#include "lib/yaml/flag_key.h"
#include "lib/yaml/health_reader.h"
#include "lib/yaml/key_types.h"
#include "lib/yaml/metadata_key.h"
#include "lib/yaml/name_rules.h"
#include "lib/yaml/policy_reader.h"
#include "lib/yaml/service_config_reader.h"
#include "lib/yaml/tls_reader.h"
#include "lib/yaml/traffic_reader.h"

namespace evenkeel::config {
namespace {

void ReadWindows(MapReader& map, Http2& http2) {
  map.Optional("stream_window", http2.stream_window, Number(Http2::kStreamWindow));
  map.Optional("connection_window", http2.connection_window, Number(Http2::kConnectionWindow));
  map.Optional("max_header_list", http2.max_header_list, Number(Http2::kMaxHeaderList));
}

void ReadListenerHttp2(MapReader& map, Http2& http2) {
  ReadWindows(map, http2);
  map.Optional("max_concurrent_streams", http2.max_concurrent_streams,
               Number(Http2::kMaxConcurrentStreams));
  map.Optional("max_resets", http2.max_resets, Number(Http2::kMaxResets));
}

void ReadClusterHttp2(MapReader& map, Http2& http2) {
  ReadWindows(map, http2);
  map.Elsewhere("max_concurrent_streams", "only listeners have it: endpoints set their own limit");
  map.Elsewhere("max_resets", "only listeners have it: it is clients that reset too many calls");
}

void ReadConnection(MapReader& map, Connection& connection) {
  map.Optional("connect_timeout", connection.connect_timeout, Number(Connection::kConnectTimeout));
  map.Optional("initial_backoff", connection.initial_backoff, Number(Connection::kInitialBackoff));
  map.Optional("max_backoff", connection.max_backoff, Number(Connection::kMaxBackoff));
  map.Optional("backoff_multiplier", connection.backoff_multiplier,
               Number(Connection::kBackoffMultiplier));
  map.Optional("backoff_jitter", connection.backoff_jitter, Number(Connection::kBackoffJitter));
  map.Optional("max_connections", connection.max_connections, Number(Connection::kMaxConnections));
  map.Optional("tcp_user_timeout", connection.tcp_user_timeout,
               Number(Connection::kTcpUserTimeout));
  map.Optional("tcp_keepalive", connection.tcp_keepalive, Number(Connection::kTcpKeepalive));
}

void ReadCluster(MapReader& map, Cluster& cluster) {
  ReadDiscovery(map, cluster);
  ReadServiceConfig(map, cluster);
  map.OptionalIf(!cluster.service_config || !cluster.service_config->sets_policy,
                 {"the service config has loadBalancingConfig too", "remove one of the two"},
                 "policy", cluster.policy, PolicyKey());
  ReadBalancing(map, cluster.balancing);
  map.Optional("connection", cluster.connection, Group{ReadConnection});
  map.Optional("http2", cluster.http2, Group{ReadClusterHttp2});
  ReadClusterTls(map, cluster);
  ReadHealth(map, cluster);
  map.Optional("max_pending_calls", cluster.max_pending_calls, Number(Cluster::kMaxPendingCalls));
  ReadRetryBrakes(map, cluster);
  ReadLimits(map, cluster);
}

void ReadMatch(MapReader& map, Match& match) {
  map.Optional("authority", match.authority, Text("host or host:port", CheckAuthority));
  map.Optional("service", match.service, Text("service name", CheckService));
  map.Optional("method", match.method, Text("method name", CheckMethod));
  map.Optional("metadata", match.metadata, MetadataKey());
}

void ReadRoute(MapReader& map, Route& route) {
  map.Optional("match", route.match, Group{ReadMatch});
  map.RequiredWithout("split", "cluster", route.cluster, ClusterReference());
  ReadCallPolicy(map, route.calls);
  ReadRouteTraffic(map, route.traffic);
  map.Optional("authorization", route.authorization, AuthorizationKey());
}

void ReadListener(MapReader& map, Listener& listener) {
  map.Required("address", listener.address, AddressKey(AddressKey::Port::kAny));
  map.Optional("routes", listener.routes, List{Group{ReadRoute}});
  map.Optional("cluster", listener.cluster, ClusterReference());
  map.Optional("health_service", listener.health_service, FlagKey());
  map.Optional("guard_health_service", listener.guard_health_service, FlagKey());
  map.Optional("http2", listener.http2, Group{ReadListenerHttp2});
  ReadListenerTls(map, listener);
  ReadClientConnection(map, listener);
  map.Optional("mode", listener.mode, FileModeKey());
  map.Optional("authentication", listener.authentication, Group{ReadAuthentication});
  map.Optional("authorization", listener.authorization, AuthorizationKey());
}

// `admin: off`, or a map.
struct AdminKey {
  static auto MakeGroup() {
    return Group{[](MapReader& map, Admin& admin) {
      map.Optional("address", admin.address, AddressKey(AddressKey::Port::kAny));
      map.Optional("mode", admin.mode, FileModeKey());
      map.Optional("token_file", admin.token_file, Text("file", CheckFilePath));
      map.Optional("open", admin.open, List{Text("page", CheckOpenPage)});
    }};
  }

  void Read(const Place& place, Admin& admin) const {
    if (!place.node().IsScalar()) return MakeGroup().Read(place, admin);
    if (place.node().text == "off") {
      admin.address.reset();
    } else {
      place.FailType("a map or off", "write {address: \"127.0.0.1:9901\"}, or off");
    }
  }
  KeyFacts Facts(const Admin&) const { return {.type = "map, or off", .words = {"off"}}; }
  void Nested(const std::string& path, const Admin& fallback, Catalog& catalog) const {
    MakeGroup().Nested(path, fallback, catalog);
  }
  Written Write(const Admin& admin) const {
    return admin.address ? MakeGroup().Write(admin) : WrittenText("off");
  }
};

// FileTree has put in the files of the first `include` of each file before anything is read.
struct IncludeKey : Leaf {
  void Read(const Place& place, std::monostate&) const {
    place.Fail({"only one include is used", "write one include: with a list of files"});
  }
  KeyFacts Facts(std::monostate) const { return {.type = "file, or list of files"}; }
  Written Write(std::monostate) const { return {}; }
};

void ReadRoot(MapReader& map, Config& config) {
  map.Required("listeners", config.listeners, List{Shared{Group{ReadListener}}});
  map.Required("clusters", config.clusters, NamedGroups{Group{ReadCluster}, CheckClusterName});
  map.Optional("admin", config.admin, AdminKey());
  map.Optional("workers", config.workers, Number(Config::kWorkers));
  map.Optional("replay_memory", config.replay_memory, Number(Config::kReplayMemory));
  std::monostate files;
  map.Optional("include", files, IncludeKey());
  map.Optional("memory_limit", config.memory_limit, Number(Config::kMemoryLimit));
  map.Elsewhere("drain_timeout", "it is a flag on the command line: --drain-timeout");
}

}  // namespace

void ReadConfig(const Place& root, Config& config) { Group{ReadRoot}.Read(root, config); }

Written WriteConfig(const Config& config) { return Group{ReadRoot}.WriteMap(config); }

Catalog KnownKeys() {
  Catalog keys;
  Group{ReadRoot}.Nested("", Config{}, keys);
  return keys;
}

}  // namespace evenkeel::config
