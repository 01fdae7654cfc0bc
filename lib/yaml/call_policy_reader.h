// CallPolicyReader: a route's keys that say what its calls may take and ask for, and a cluster's
// that hold retries back.
#pragma once

#include "lib/config/config.h"
#include "lib/yaml/map_reader.h"

namespace evenkeel::config {

/// timeout, retry, hedging and so on.
void ReadCallPolicy(MapReader& map, CallPolicy& policy);

/// The keys of retry_throttling.
void ReadRetryThrottling(MapReader& map, RetryThrottling& tokens);

/// retry_throttling and retry_budget.
void ReadRetryBrakes(MapReader& map, Cluster& cluster);

}  // namespace evenkeel::config
