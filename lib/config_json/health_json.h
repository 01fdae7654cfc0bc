// Who may take calls, as a part of the page /config: the keys that health_reader reads.
#pragma once

#include "lib/config/config.h"
#include "lib/config_json/json.h"

namespace evenkeel::admin {

/// Sets a cluster's `health_check`, `outlier_detection` and `keepalive`; "off" for what is off.
void SetHealth(Json& json, const config::Cluster& cluster);

}  // namespace evenkeel::admin
