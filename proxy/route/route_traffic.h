// RouteTraffic: what a route does with its calls beside sending them on, ready for use.
//
// Part of a RouteTable, so immutable and shared by all workers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "lib/base/random.h"
#include "lib/config/config.h"
#include "proxy/route/stage.h"

namespace evenkeel::proxy {

struct RouteTraffic {
  struct Part {
    size_t cluster;  ///< its place among the clusters
    uint64_t upto;   ///< draws below this are its, if not the part's before it
  };

  /// A route that has nothing but the limits that every call is held to.
  RouteTraffic() : RouteTraffic(config::RouteTraffic(), {}, nullptr) {}
  /// `place_of`: the place of the cluster of a name. `limit`: null where it has no `rate_limit`.
  /// `access`: null where every call may be made.
  RouteTraffic(const config::RouteTraffic& traffic,
               const std::function<size_t(const std::string& cluster)>& place_of,
               std::shared_ptr<RateLimit> limit,
               std::shared_ptr<const AccessRules> access = nullptr);

  /// The cluster of one call: drawn by weight, or `whole` where the route is not split.
  size_t Draw(size_t whole, base::Random& random) const;

  std::vector<Part> split;
  /// In the order in which a call takes them: who is refused has cost the least by then, and a
  /// fault sees the metadata as the client sent it.
  std::vector<Stage> stages;
  config::HeaderEdits response_headers;
};

}  // namespace evenkeel::proxy
