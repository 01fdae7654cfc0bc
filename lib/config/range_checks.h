// RangeChecks: numbers beyond the bounds that stand beside them.
//
// Part of validate.h. Every number of the configuration has a line here; what a service config says
// keeps gRPC's own rules instead, which its reader knows.
#pragma once

#include <vector>

#include "lib/config/validate.h"

namespace evenkeel::config {

void CheckRanges(const Config& config, std::vector<Problem>& problems);
/// `path` is that of the list.
void CheckEndpointRanges(const KeyPath& path, const std::vector<Endpoint>& endpoints,
                         std::vector<Problem>& problems);

}  // namespace evenkeel::config
