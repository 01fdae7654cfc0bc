// Reads what routes and clusters say about traffic.
#pragma once

#include "lib/config/config.h"
#include "lib/yaml/map_reader.h"

namespace evenkeel::config {

/// `split`, `mirror`, `request_headers`, `response_headers`, `rate_limit` and `fault` of a route.
void ReadRouteTraffic(MapReader& map, RouteTraffic& traffic);
/// `limits`, `adaptive_concurrency` and `move_streams` of a cluster.
void ReadLimits(MapReader& map, Cluster& cluster);

}  // namespace evenkeel::config
