// The reader of `tls:`, of a listener and of a cluster: its keys. The files that they name are read
// by tls_files.h.
#pragma once

#include "lib/config/config.h"
#include "lib/yaml/map_reader.h"

namespace evenkeel::config {

void ReadListenerTls(MapReader& map, Listener& listener);
void ReadClusterTls(MapReader& map, Cluster& cluster);

}  // namespace evenkeel::config
