// ServiceConfigReader: the gRPC service config of a cluster, a JSON file as gRPC's libraries take
// it (gRFC A2, A6).
//
// JSON is YAML written in one way, so the file goes through the parser and the readers of the
// configuration, and its errors have lines and columns too. An invalid one is refused as a whole,
// and the configuration with it. Fields that are not known are passed over, as gRPC does.
#pragma once

#include <string>

#include "lib/config/config.h"
#include "lib/yaml/map_reader.h"

namespace evenkeel::config {

/// Where a service config is that a configuration file names: from the file's folder.
std::string ServiceConfigPath(const std::string& config_file, const std::string& path);

/// `service_config:`, the file's path, from the configuration's folder. What the file sets of the
/// cluster's own settings has been set then: other readers of these come afterwards.
void ReadServiceConfig(MapReader& map, Cluster& cluster);

/// What the file of a cluster that has one says, in the configuration's own keys: `file`, `policy`,
/// `retry_throttling`, and `methods` by their names with the keys that routes have.
Written WriteServiceConfig(const Cluster& cluster);

}  // namespace evenkeel::config
