// A cluster's configuration in the terms of those who live by it: pools, calls. Pure.
#pragma once

#include "config/config.h"
#include "pool/pool.h"
#include "proxy/cluster.h"

namespace evenkeel::proxy {

http2::SessionSettings SessionSettingsOf(const config::Http2& http2);
pool::Pool::Settings PoolSettingsOf(const config::Cluster& cluster);
/// Without its events.
Cluster::Settings ClusterSettingsOf(const config::Cluster& cluster);

}  // namespace evenkeel::proxy
