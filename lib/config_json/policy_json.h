// How a cluster balances, as a part of the page /config: the keys that policy_reader reads.
#pragma once

#include "lib/config/policy.h"
#include "lib/config_json/json.h"

namespace evenkeel::admin {

/// {"least_request":{"choice_count":2,…}}: the value of a cluster's `policy`.
Json PolicyJson(const config::Policy& policy);

/// Sets the keys of a cluster that stand around every policy.
void SetBalancing(Json& cluster, const config::Balancing& balancing);

}  // namespace evenkeel::admin
