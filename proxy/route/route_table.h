// RouteTable: where the calls of one listener go, and what applies to them on the way. Immutable,
// shared by all workers; a call keeps the table that it began with.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "lib/config/config.h"
#include "lib/http/header_list.h"
#include "lib/rpc/message.h"
#include "proxy/route/method_rules.h"
#include "proxy/route/route_traffic.h"

namespace evenkeel::proxy {

class RouteTable {
 public:
  /// The configuration has been validated: every cluster that `listener` names is in `clusters`.
  /// `seed`: for the rate limits' keys.
  RouteTable(const config::Listener& listener, const config::Clusters& clusters, uint64_t seed = 0);

  enum class Answered : bool {
    kByCluster,
    kHere,  ///< by the sidecar itself: HealthCall
  };

  struct Route {
    config::Match match;
    size_t cluster;  ///< its place in `clusters`; traffic.Draw may say another
    MethodRules rules;
    RouteTraffic traffic;
    Answered answered = Answered::kByCluster;
  };

  /// The first route that matches, else the listener's own cluster; null when there is none. Lives
  /// as long as the table.
  const Route* Find(const rpc::MethodPath& path, const http2::HeaderList& headers) const;
  /// Whether the listener has `health_service`.
  bool answers_health() const { return answers_health_; }

 private:
  static bool Matches(const config::Match& match, const rpc::MethodPath& path,
                      const http2::HeaderList& headers);

  const bool answers_health_;
  std::vector<Route> routes_;  // the listener's own cluster is the last, which takes every call
};

}  // namespace evenkeel::proxy
