// Reads what a listener says about its clients' connections.
#pragma once

#include "lib/config/config.h"
#include "lib/yaml/map_reader.h"

namespace evenkeel::config {

/// `keepalive:`, `max_connection_…`, `proxy_protocol:` and `forward_client_certificate:`.
void ReadClientConnection(MapReader& map, Listener& listener);

}  // namespace evenkeel::config
