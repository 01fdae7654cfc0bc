// An endpoint that is one of our own listeners: its calls would come back to us for ever.
//
// By address alone: a name, or another machine's address that leads back here, is not seen.
#pragma once

#include <optional>
#include <string>

#include "lib/config/config.h"

namespace evenkeel::config {

/// Nothing: there is none. Else a sentence that names the first one, with its cluster.
std::optional<std::string> FindOwnListener(const Config& config);

}  // namespace evenkeel::config
