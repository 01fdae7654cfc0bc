// What applies to calls, as a part of the page /config: the keys that call_policy_reader reads.
#pragma once

#include "lib/config/config.h"
#include "lib/config_json/json.h"

namespace evenkeel::admin {

/// Sets what a route's policy says; what it does not limit is left out.
void SetCallPolicy(Json& json, const config::CallPolicy& policy);

/// Sets a cluster's `retry_throttling` and `retry_budget`; "off" for what is off.
void SetRetryBrakes(Json& json, const config::Cluster& cluster);

}  // namespace evenkeel::admin
