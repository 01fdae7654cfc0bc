// RouteTable: where the calls of one listener go, and what applies to them on the way. Immutable,
// shared by all workers; a call keeps the table that it began with.
//
// A reload makes a new one only where the listener, or what matters of its clusters, has changed;
// and then routes that have not changed are the same objects.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "lib/config/config.h"
#include "lib/http/header_list.h"
#include "lib/rpc/message.h"
#include "lib/telemetry/access_metrics.h"
#include "proxy/route/cluster_id.h"
#include "proxy/route/cluster_places.h"
#include "proxy/route/method_rules.h"
#include "proxy/route/rate_limits.h"
#include "proxy/route/route_traffic.h"

namespace evenkeel::proxy {

class AccessRules;
class Admission;

class RouteTable {
 public:
  /// The table of `listener`, of which every cluster is in `clusters`: `before`, its last one,
  /// where nothing that matters to it has changed; else one that has of it what has not. Null:
  /// there was none. `id` tells its rate limits from other listeners'.
  static std::shared_ptr<const RouteTable> Make(uint64_t id,
                                                const base::SharedValue<config::Listener>& listener,
                                                const NamedClusters& clusters, RateLimits& limits,
                                                telemetry::AccessMetrics& access, base::Time now,
                                                std::shared_ptr<const RouteTable> before);

  enum class Answered : bool {
    kByCluster,
    kHere,  ///< by the sidecar itself: HealthCall
  };

  struct Route {
    /// For logs: what it matches, "api.example a.Users/Get x-tenant"; "*": all; "cluster": the
    /// listener's own cluster; "health_service".
    std::string name;
    config::Match match;
    size_t cluster;  ///< its place among clusters(); traffic.Draw may say another
    MethodRules rules;
    RouteTraffic traffic;
    Answered answered = Answered::kByCluster;
  };

  /// The first route that matches, else the listener's own cluster; null when there is none. Lives
  /// as long as the table.
  const Route* Find(const rpc::MethodPath& path, const http2::HeaderList& headers) const;
  /// The listener's address as configured.
  const std::string& listener() const { return listener_name_; }
  /// Whether the listener has `health_service`.
  bool answers_health() const { return listener_->health_service; }
  /// What is asked of a call before its route is looked for; null: nothing is.
  const Admission* admission() const { return admission_.get(); }
  /// The clusters that calls may go to, or ask about, at the places that routes name.
  const std::vector<std::optional<ClusterId>>& clusters() const { return places_.ids(); }

 private:
  /// What a route was made of. Where that is the same, so is the route.
  struct Source {
    config::Route route;
    std::shared_ptr<const AccessRules> inherited;  // where it has none of its own; may be null
    std::vector<size_t> places;                    // of its clusters
    base::SharedValue<config::Cluster> cluster;    // the first, whose service config it has

    bool IsSame(const Source& other) const;
  };
  struct Entry {
    Source source;
    std::shared_ptr<const Route> route;
  };
  /// What it takes to make one.
  struct Making;

  RouteTable(const base::SharedValue<config::Listener>& listener, ClusterPlaces places,
             std::shared_ptr<const AccessRules> access, std::shared_ptr<const Admission> admission);

  void AddAll(const Making& making);
  void Add(const Making& making, const std::string& key, const config::Route& route);
  std::shared_ptr<const Route> MakeRoute(const Making& making, const std::string& key,
                                         const Source& source) const;
  bool HasRulesOf(const NamedClusters& clusters) const;
  static bool Matches(const config::Match& match, const rpc::MethodPath& path,
                      const http2::HeaderList& headers);

  const base::SharedValue<config::Listener> listener_;
  const std::string listener_name_ = listener_->address.ToString();
  const ClusterPlaces places_;
  const std::shared_ptr<const AccessRules> access_;   // the listener's own; may be null
  const std::shared_ptr<const Admission> admission_;  // may be null
  // The listener's own cluster is the last, which takes every call.
  std::vector<std::shared_ptr<const Route>> routes_;
  std::unordered_map<std::string, Entry> entries_;  // by what they match
};

}  // namespace evenkeel::proxy
