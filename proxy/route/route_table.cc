#include "proxy/route/route_table.h"

#include <strings.h>

#include <algorithm>
#include <utility>

#include "health/health_message.h"
#include "proxy/route/access_rules.h"
#include "proxy/route/admission.h"
#include "proxy/route/header_match.h"

namespace evenkeel::proxy {
namespace {

// `:authority`, or `host` where a client sends only that (RFC 9113, section 8.3.1).
std::string_view AuthorityOf(const http2::HeaderList& headers) {
  if (const auto authority = headers.Find(":authority")) return *authority;
  return headers.Find("host").value_or("");
}

bool EqualsIgnoringCase(std::string_view a, std::string_view b) {
  return a.size() == b.size() && strncasecmp(a.data(), b.data(), a.size()) == 0;
}

// Unlike that of any other route of the listener: two that match the same calls are an error.
std::string KeyOf(const config::Match& match) {
  std::string key;
  const auto add = [&key](const std::string& text) {
    key.append(std::to_string(text.size())).append(":").append(text);
  };
  for (const std::string* each : {&match.authority, &match.service, &match.method}) add(*each);
  for (const auto& each : match.metadata) {
    add(each.name);
    add(each.value);
  }
  return key;
}

// The key of the listener's own cluster, like that of no match.
constexpr char kRest[] = "the rest";

std::string NameOf(const config::Match& match) {
  std::string name;
  const auto add = [&name](const std::string& text) {
    if (!name.empty()) name += ' ';
    name += text;
  };
  if (!match.authority.empty()) add(match.authority);
  if (!match.service.empty())
    add(match.service + '/' + (match.method.empty() ? "*" : match.method));
  for (const config::Metadata& each : match.metadata) add(each.name);
  return name.empty() ? "*" : name;
}

const std::string& FirstCluster(const config::Route& route) {
  return route.cluster.empty() ? route.traffic.split[0].cluster : route.cluster;
}

std::vector<std::string> ClustersOf(const config::Route& route) {
  std::vector<std::string> names;
  if (!route.cluster.empty()) names.push_back(route.cluster);
  for (const config::SplitPart& each : route.traffic.split) names.push_back(each.cluster);
  if (route.traffic.mirror) names.push_back(route.traffic.mirror->cluster);
  return names;
}

// All that the listener's calls may go to; with `health_service` they may ask about every one.
std::vector<std::string> ClustersOf(const config::Listener& listener,
                                    const NamedClusters& clusters) {
  std::vector<std::string> names;
  if (listener.health_service) {
    for (const auto& [name, cluster] : clusters) names.push_back(name);
    return names;
  }
  for (const config::Route& each : listener.routes) {
    for (std::string& name : ClustersOf(each)) names.push_back(std::move(name));
  }
  if (!listener.cluster.empty()) names.push_back(listener.cluster);
  return names;
}

// What routes take from a cluster's configuration is its service config.
bool HaveSameRules(const base::SharedValue<config::Cluster>& a,
                   const base::SharedValue<config::Cluster>& b) {
  return a.IsShared(b) || a->service_config == b->service_config;
}

}  // namespace

struct RouteTable::Making {
  uint64_t id;
  const NamedClusters& clusters;
  RateLimits& limits;
  telemetry::AccessMetrics& access;
  base::Time now;
  const RouteTable* before;
};

std::shared_ptr<const RouteTable> RouteTable::Make(
    uint64_t id, const base::SharedValue<config::Listener>& listener, const NamedClusters& clusters,
    RateLimits& limits, telemetry::AccessMetrics& access, base::Time now,
    std::shared_ptr<const RouteTable> before) {
  ClusterPlaces places(ClustersOf(*listener, clusters), clusters,
                       before ? before->places_ : ClusterPlaces());
  if (before && before->listener_ == listener && before->places_ == places &&
      before->HasRulesOf(clusters)) {
    return before;
  }
  const bool same_rules = before && before->listener_->authorization == listener->authorization;
  std::shared_ptr<RouteTable> table(new RouteTable(
      listener, std::move(places),
      same_rules ? before->access_
                 : AccessRules::Make(listener->authorization, listener->address.ToString(), access),
      Admission::Make(*listener, access, before ? before->admission_.get() : nullptr)));
  table->AddAll({id, clusters, limits, access, now, before.get()});
  return table;
}

RouteTable::RouteTable(const base::SharedValue<config::Listener>& listener, ClusterPlaces places,
                       std::shared_ptr<const AccessRules> access,
                       std::shared_ptr<const Admission> admission)
    : listener_(listener),
      places_(std::move(places)),
      access_(std::move(access)),
      admission_(std::move(admission)) {}

void RouteTable::AddAll(const Making& making) {
  if (answers_health()) {
    const config::Match match{.authority = {},
                              .service = std::string(health::kHealthService),
                              .method = {},
                              .metadata = {}};
    RouteTraffic traffic;
    traffic.stages.clear();
    if (listener_->guard_health_service && access_) traffic.stages.emplace_back(access_);
    routes_.push_back(std::make_shared<const Route>(
        Route{"health_service", match, 0, {}, std::move(traffic), Answered::kHere}));
  }
  for (const config::Route& each : listener_->routes) Add(making, KeyOf(each.match), each);
  if (listener_->cluster.empty()) return;
  config::Route rest;
  rest.cluster = listener_->cluster;
  Add(making, kRest, rest);
}

void RouteTable::Add(const Making& making, const std::string& key, const config::Route& route) {
  Entry& entry = entries_[key];
  Source& source = entry.source;
  source.route = route;
  if (!route.authorization) source.inherited = access_;
  for (const std::string& each : ClustersOf(route)) {
    source.places.push_back(places_.Of(making.clusters.at(each).id));
  }
  source.cluster = making.clusters.at(FirstCluster(route)).config;
  if (making.before != nullptr) {
    const auto before = making.before->entries_.find(key);
    const bool stays =
        before != making.before->entries_.end() && before->second.source.IsSame(source);
    if (stays) entry.route = before->second.route;
  }
  if (!entry.route) entry.route = MakeRoute(making, key, source);
  routes_.push_back(entry.route);
}

std::shared_ptr<const RouteTable::Route> RouteTable::MakeRoute(const Making& making,
                                                               const std::string& key,
                                                               const Source& source) const {
  const config::Route& route = source.route;
  const auto place_of = [&](const std::string& name) {
    return places_.Of(making.clusters.at(name).id);
  };
  std::shared_ptr<RateLimit> limit;
  if (const auto& settings = route.traffic.rate_limit) {
    limit = making.limits.Of(std::to_string(making.id) + " " + key, *settings, making.now);
  }
  std::shared_ptr<const AccessRules> access = source.inherited;
  if (route.authorization) {
    access = AccessRules::Make(route.authorization, listener_name_, making.access);
  }
  return std::make_shared<const Route>(
      Route{key == kRest ? "cluster" : NameOf(route.match), route.match,
            place_of(FirstCluster(route)), MethodRules(route.calls, *source.cluster),
            RouteTraffic(route.traffic, place_of, std::move(limit), std::move(access))});
}

bool RouteTable::Source::IsSame(const Source& other) const {
  return places == other.places && inherited == other.inherited &&
         HaveSameRules(cluster, other.cluster) && route == other.route;
}

bool RouteTable::HasRulesOf(const NamedClusters& clusters) const {
  return std::ranges::all_of(entries_, [&clusters](const auto& each) {
    const Source& source = each.second.source;
    return HaveSameRules(source.cluster, clusters.at(FirstCluster(source.route)).config);
  });
}

const RouteTable::Route* RouteTable::Find(const rpc::MethodPath& path,
                                          const http2::HeaderList& headers) const {
  for (const auto& each : routes_) {
    if (Matches(each->match, path, headers)) return each.get();
  }
  return nullptr;
}

bool RouteTable::Matches(const config::Match& match, const rpc::MethodPath& path,
                         const http2::HeaderList& headers) {
  if (!match.service.empty() && match.service != path.service) return false;
  if (!match.method.empty() && match.method != path.method) return false;
  if (!match.authority.empty() && !EqualsIgnoringCase(match.authority, AuthorityOf(headers))) {
    return false;
  }
  return HasAll(headers, match.metadata);
}

}  // namespace evenkeel::proxy
