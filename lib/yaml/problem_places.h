// ProblemPlaces: gives the problems of a whole configuration (lib/config/validate.h) the file, line
// and column that say it.
#pragma once

#include <vector>

#include "lib/config/validate.h"
#include "lib/yaml/config_error.h"
#include "lib/yaml/yaml_node.h"

namespace evenkeel::config {

/// Adds the errors to `errors` and returns the warnings, but not what is wrong only because
/// something there could not be read: `errors` has that already. `root` is what the configuration
/// was read from.
ConfigErrors AddProblems(const YamlNode& root, const std::vector<Problem>& problems,
                         ErrorList& errors);

}  // namespace evenkeel::config
