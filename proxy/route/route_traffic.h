// RouteTraffic: what a route does with its calls beside sending them on, ready for use.
//
// Part of a RouteTable, so immutable and shared by all workers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "lib/base/random.h"
#include "lib/config/config.h"
#include "proxy/route/stage.h"

namespace evenkeel::proxy {

/// The place of the cluster of this name, which is there: the configuration has been validated.
size_t IndexOf(const std::string& name, const config::Clusters& clusters);

struct RouteTraffic {
  struct Part {
    size_t cluster;  ///< its place among the clusters
    uint64_t upto;   ///< draws below this are its, if not the part's before it
  };

  /// A route that has nothing but the limits that every call is held to.
  RouteTraffic() : RouteTraffic(config::RouteTraffic(), {}, 0) {}
  /// The configuration has been validated: each cluster that it names is in `clusters`. `seed`: for
  /// the keys of the rate limit.
  RouteTraffic(const config::RouteTraffic& traffic, const config::Clusters& clusters,
               uint64_t seed);

  /// The cluster of one call: drawn by weight, or `whole` where the route is not split.
  size_t Draw(size_t whole, base::Random& random) const;

  std::vector<Part> split;
  /// In the order in which a call takes them: who is refused has cost the least by then, and a
  /// fault sees the metadata as the client sent it.
  std::vector<Stage> stages;
  config::HeaderEdits response_headers;
};

}  // namespace evenkeel::proxy
