// RouteTraffic: what a route does with its calls beside sending them on, ready for use.
//
// Part of a RouteTable, so immutable and shared by all workers; the rate limit counts for them all.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/random.h"
#include "lib/config/config.h"
#include "proxy/route/fault_injection.h"
#include "proxy/route/rate_limit.h"

namespace evenkeel::proxy {

/// The place of the cluster of this name, which is there: the configuration has been validated.
size_t IndexOf(const std::string& name, const config::Clusters& clusters);

struct RouteTraffic {
  struct Part {
    size_t cluster;  ///< its place among the clusters
    uint64_t upto;   ///< draws below this are its, if not the part's before it
  };
  struct Mirror {
    size_t cluster;
    double percentage;
  };

  RouteTraffic() = default;
  /// The configuration has been validated: each cluster that it names is in `clusters`.
  RouteTraffic(const config::RouteTraffic& traffic, const config::Clusters& clusters,
               uint64_t seed);

  /// The cluster of one call: drawn by weight, or `whole` where the route is not split.
  size_t Draw(size_t whole, base::Random& random) const;
  /// Whether one call is to be copied.
  bool DrawMirror(base::Random& random) const {
    return mirror && random.Unit() * 100 < mirror->percentage;
  }

  std::vector<Part> split;
  std::optional<Mirror> mirror;
  config::HeaderEdits request_headers;
  config::HeaderEdits response_headers;
  std::unique_ptr<RateLimit> rate_limit;  // null: none
  std::string rate_limit_key;             // metadata; empty: one limit for all
  std::unique_ptr<const FaultInjection> fault;
};

}  // namespace evenkeel::proxy
