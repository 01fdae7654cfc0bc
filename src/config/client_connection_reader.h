// Reads what a listener says about its clients' connections.
#pragma once

#include "config/config.h"
#include "config/map_reader.h"

namespace evenkeel::config {

/// `keepalive:` and `max_connection_…`.
void ReadClientConnection(MapReader& map, Listener& listener);

}  // namespace evenkeel::config
