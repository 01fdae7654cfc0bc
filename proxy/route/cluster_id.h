// ClusterId: a cluster, as routes and workers name it: kept across reloads for as long as the
// configuration has a cluster of its name.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>

#include "lib/config/config.h"

namespace evenkeel::proxy {

/// Never reused, so what a worker says of a cluster that has gone meets nobody.
enum class ClusterId : uint64_t {};

struct NamedCluster {
  ClusterId id;
  base::SharedValue<config::Cluster> config;
};

/// All clusters of a configuration, by name.
using NamedClusters = std::unordered_map<std::string, NamedCluster>;

}  // namespace evenkeel::proxy
