#include "lib/yaml/config_reader.h"

#include <algorithm>
#include <cctype>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lib/yaml/address_book.h"
#include "lib/yaml/call_policy_reader.h"
#include "lib/yaml/client_connection_reader.h"
#include "lib/yaml/discovery_reader.h"
#include "lib/yaml/flag_key.h"
#include "lib/yaml/health_reader.h"
#include "lib/yaml/key_types.h"
#include "lib/yaml/metadata_key.h"
#include "lib/yaml/name_rules.h"
#include "lib/yaml/policy_reader.h"
#include "lib/yaml/service_config_reader.h"
#include "lib/yaml/traffic_reader.h"

namespace evenkeel::config {
namespace {

using namespace std::chrono_literals;

constexpr int64_t kKiB = 1024;
constexpr int64_t kMiB = 1024 * kKiB;

void ReadWindows(MapReader& map, Http2& http2) {
  map.Optional("stream_window", http2.stream_window, Size(1 * kKiB, 16 * kMiB));
  map.Optional("connection_window", http2.connection_window, Size(64 * kKiB, 64 * kMiB));
  map.Optional("max_header_list", http2.max_header_list, Size(1 * kKiB, 1 * kMiB));
}

void ReadListenerHttp2(MapReader& map, Http2& http2) {
  ReadWindows(map, http2);
  map.Optional("max_concurrent_streams", http2.max_concurrent_streams, WholeNumber(1, 1'000'000));
  map.Optional("max_resets", http2.max_resets, WholeNumber(10, 1'000'000));
}

void ReadClusterHttp2(MapReader& map, Http2& http2) {
  ReadWindows(map, http2);
  map.Elsewhere("max_concurrent_streams", "only listeners have it: endpoints set their own limit");
  map.Elsewhere("max_resets", "only listeners have it: it is clients that reset too many calls");
}

// 0 for none, or at least a second.
void ReadTcpTime(MapReader& map, std::string_view key, base::Duration& time, Milliseconds max) {
  map.Optional(key, time, Duration(0ms, max));
  if (map.Has(key) && time > 0s && time < 1s) {
    map.At(key).Fail({"is shorter than 1s", "write 1s or more, or 0s for none"});
  }
}

void ReadConnection(MapReader& map, Connection& connection) {
  map.Optional("connect_timeout", connection.connect_timeout, Duration(10ms, 5min));
  map.Optional("initial_backoff", connection.initial_backoff, Duration(10ms, 5min));
  map.Optional("max_backoff", connection.max_backoff, Duration(10ms, 1h));
  map.Optional("backoff_multiplier", connection.backoff_multiplier, Decimal(1, 10));
  map.Optional("backoff_jitter", connection.backoff_jitter, Decimal(0, 1));
  map.Optional("max_connections", connection.max_connections, WholeNumber(1, 100));
  ReadTcpTime(map, "tcp_user_timeout", connection.tcp_user_timeout, 1h);
  ReadTcpTime(map, "tcp_keepalive", connection.tcp_keepalive, 9h);
  if (map.IsGood() && connection.max_backoff < connection.initial_backoff) {
    map.Fail({"max_backoff, " + DurationUnit::Format(connection.max_backoff) +
                  ", is less than initial_backoff, " +
                  DurationUnit::Format(connection.initial_backoff),
              "make it at least as long; a key that is not written has its default"});
  }
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
  ReadHealth(map, cluster);
  map.Optional("max_pending_calls", cluster.max_pending_calls, WholeNumber(1, 1'000'000));
  ReadRetryBrakes(map, cluster);
  ReadLimits(map, cluster);
}

void ReadMatch(MapReader& map, Match& match) {
  map.Optional("authority", match.authority, Text("host or host:port", CheckAuthority));
  map.Optional("service", match.service, Text("service name", CheckService));
  map.Optional("method", match.method, Text("method name", CheckMethod));
  map.Optional("metadata", match.metadata, MetadataKey());
  if (map.Has("method") && !map.Has("service")) {
    map.At("method").Fail({"a method needs its service", "add service: package.Service"});
  }
}

bool EqualWithoutCase(std::string_view a, std::string_view b) {
  const auto lower = [](unsigned char c) { return std::tolower(c); };
  return std::ranges::equal(a, b, {}, lower, lower);
}

// Whether every call that matches `narrow` matches `wide`.
bool Covers(const Match& wide, const Match& narrow) {
  const auto is_asked = [&narrow](const Metadata& wanted) {
    return std::ranges::any_of(narrow.metadata, [&wanted](const Metadata& each) {
      return each.name == wanted.name && each.value == wanted.value;
    });
  };
  return (wide.authority.empty() || EqualWithoutCase(wide.authority, narrow.authority)) &&
         (wide.service.empty() || wide.service == narrow.service) &&
         (wide.method.empty() || wide.method == narrow.method) &&
         std::ranges::all_of(wide.metadata, is_asked);
}

bool TakesEveryCall(const Match& match) { return Covers(match, Match{}); }

// The route before `routes[index]` that takes all its calls, or `index`.
size_t FindCover(const std::vector<Route>& routes, size_t index) {
  size_t cover = 0;
  while (cover < index && !Covers(routes[cover].match, routes[index].match)) ++cover;
  return cover;
}

// A route that can never see a call is surely not what was meant.
void CheckReachable(const Place& place, const std::vector<Route>& routes) {
  for (size_t i = 0; i < routes.size(); ++i) {
    const size_t cover = FindCover(routes, i);
    if (cover < i) {
      const Place first = place.Item(cover);
      place.Item(i).Fail({"no call gets here: " + first.path() + " in " +
                              place.errors().LineOf(first.mark(), place.Item(i).mark()) +
                              " takes them all",
                          "move this route up, or remove one of the two"});
    } else if (TakesEveryCall(routes[i].match) && i + 1 < routes.size()) {
      return place.Item(i).Fail({"this route takes every call, so none gets to those after it",
                                 "give it a match, or move it to the end"});
    }
  }
}

void CheckHealthRoutes(const Place& place, const std::vector<Route>& routes) {
  for (size_t i = 0; i < routes.size(); ++i) {
    if (routes[i].match.service != "grpc.health.v1.Health") continue;
    place.Item(i).Fail({"no call gets here: health_service answers them all",
                        "remove the route, or health_service"});
  }
}

void ReadListener(const std::vector<std::string>& clusters, AddressBook& taken, MapReader& map,
                  Listener& listener) {
  const ClusterReference cluster(clusters);
  const Group route{[&cluster](MapReader& map, Route& route) {
    map.Optional("match", route.match, Group{ReadMatch});
    map.RequiredWithout("split", "cluster", route.cluster, cluster);
    ReadCallPolicy(map, route.calls);
    ReadRouteTraffic(map, cluster, route.traffic);
    if (map.Has("cluster") && map.Has("split")) {
      map.Fail({"has both cluster and split", "keep one of them"});
    }
  }};
  map.Required("address", listener.address, AddressKey(AddressKey::Port::kAny, taken));
  map.Optional("routes", listener.routes, List{route});
  if (map.IsGood() && map.Has("routes")) CheckReachable(map.At("routes"), listener.routes);
  map.Optional("cluster", listener.cluster, cluster);
  map.Optional("health_service", listener.health_service, FlagKey());
  if (map.IsGood() && map.Has("routes") && listener.health_service) {
    CheckHealthRoutes(map.At("routes"), listener.routes);
  }
  map.Optional("http2", listener.http2, Group{ReadListenerHttp2});
  ReadClientConnection(map, listener);
  if (!map.Has("cluster") && !map.Has("routes")) {
    map.Fail({"its calls have nowhere to go", "add cluster: and a cluster's name"});
  }
}

// `admin: off`, or a map.
struct AdminKey {
  AddressBook& taken;

  auto MakeGroup() const {
    return Group{[this](MapReader& map, Admin& admin) {
      map.Optional("address", admin.address, AddressKey(AddressKey::Port::kAny, taken));
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

std::vector<std::string> ClusterNames(const MapReader& map) {
  std::vector<std::string> names;
  if (!map.Has("clusters")) return names;
  for (const YamlNode::Entry& each : map.At("clusters").node().entries) names.push_back(each.key);
  std::ranges::sort(names);
  return names;
}

void ReadRoot(MapReader& map, Config& config) {
  const std::vector<std::string> names = ClusterNames(map);
  AddressBook taken;
  map.Optional("admin", config.admin, AdminKey{taken});
  if (config.admin.address) taken.Reserve(*config.admin.address, "admin.address");
  const Group listener{
      [&](MapReader& map, Listener& listener) { ReadListener(names, taken, map, listener); }};
  map.Required("listeners", config.listeners, List{Shared{listener}});
  map.Required("clusters", config.clusters, NamedGroups{Group{ReadCluster}, CheckClusterName});
  map.Optional("workers", config.workers, WholeNumber(1, 256));
  map.Optional("replay_memory", config.replay_memory, Size(0, 64 * 1024 * kMiB));
  map.Elsewhere("include", "write one include: with a list of files, in a file");
  map.Optional("memory_limit", config.memory_limit, Size(0, kMiB * kMiB));
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
