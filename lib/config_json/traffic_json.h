// What routes and clusters say about traffic, as JSON in the configuration's own keys.
#pragma once

#include "lib/config/config.h"
#include "lib/config_json/json.h"

namespace evenkeel::admin {

/// Sets `split`, `mirror`, … of a route.
void SetTraffic(Json& route, const config::RouteTraffic& traffic);

/// Sets `limits`, `adaptive_concurrency` and `move_streams` of a cluster.
void SetLimits(Json& json, const config::Cluster& cluster);

}  // namespace evenkeel::admin
