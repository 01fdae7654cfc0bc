// Reads what a listener says about its clients' connections.
#pragma once

#include "lib/config/config.h"
#include "lib/yaml/map_reader.h"

namespace evenkeel::config {

/// `keepalive:` and `max_connection_…`.
void ReadClientConnection(MapReader& map, Listener& listener);

}  // namespace evenkeel::config
