// RouteChecks: where listeners and routes send calls, and whether each route can get any.
//
// Part of validate.h.
#pragma once

#include <vector>

#include "lib/config/validate.h"

namespace evenkeel::config {

/// References are checked only where there are clusters at all: their lack is one error.
void CheckRoutes(const Config& config, std::vector<Problem>& problems);

}  // namespace evenkeel::config
