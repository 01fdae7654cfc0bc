// Reads what routes and clusters say about traffic.
#pragma once

#include "config/config.h"
#include "config/key_types.h"
#include "config/map_reader.h"

namespace evenkeel::config {

/// `split`, `mirror`, `request_headers`, `response_headers`, `rate_limit` and `fault` of a route.
void ReadRouteTraffic(MapReader& map, const ClusterReference& cluster, RouteTraffic& traffic);
/// `limits`, `adaptive_concurrency` and `move_streams` of a cluster.
void ReadLimits(MapReader& map, Cluster& cluster);

}  // namespace evenkeel::config
