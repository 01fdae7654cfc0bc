// The policies a scenario tries: names, or maps of a name and its settings.
#pragma once

#include <yaml-cpp/yaml.h>

#include <vector>

#include "sim/scenario.h"

namespace evenkeel::sim {

/// Without a node: those that balance load, and the omniscient reference. Throws YAML::Exception.
std::vector<Contender> ReadContenders(const YAML::Node& node);

}  // namespace evenkeel::sim
