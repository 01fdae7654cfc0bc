// DiscoveryReader: a cluster's keys that say where its endpoints come from.
#pragma once

#include "lib/config/config.h"
#include "lib/yaml/map_reader.h"

namespace evenkeel::config {

/// endpoints and dns.
void ReadDiscovery(MapReader& map, Cluster& cluster);

/// The root of an endpoints file: `endpoints` with a list.
void ReadEndpointsFile(MapReader& map, std::vector<Endpoint>& endpoints);

}  // namespace evenkeel::config
