// HealthReader: a cluster's keys that say who may take calls.
#pragma once

#include "lib/config/config.h"
#include "lib/yaml/map_reader.h"

namespace evenkeel::config {

/// health_check, outlier_detection and keepalive.
void ReadHealth(MapReader& map, Cluster& cluster);

}  // namespace evenkeel::config
