// Reads what a listener says about its clients' connections.
#pragma once

#include "lib/config/config.h"
#include "lib/yaml/map_reader.h"

namespace evenkeel::config {

/// `keepalive:`, `max_connection_…` and `proxy_protocol:`.
void ReadClientConnection(MapReader& map, Listener& listener);

}  // namespace evenkeel::config
