// The page /config: the configuration that is running, defaults filled in.
#pragma once

#include <string>

#include "lib/config/config.h"

namespace evenkeel::admin {

/// The configuration file's own keys and units, as JSON. YAML reads JSON, so the page, saved to a
/// file, is a configuration file that means the same. `workers` is left out when not configured.
std::string ConfigJson(const config::Config& config);

}  // namespace evenkeel::admin
