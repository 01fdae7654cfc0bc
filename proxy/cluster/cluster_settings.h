// A cluster's configuration in the terms of those who live by it: pools, calls. Pure.
#pragma once

#include <string>

#include "lib/config/config.h"
#include "pool/pool.h"
#include "proxy/cluster/cluster.h"

namespace evenkeel::proxy {

http2::SessionSettings SessionSettingsOf(const config::Http2& http2);
pool::Pool::Settings PoolSettingsOf(const config::Cluster& cluster);
/// What the certificate of the endpoint at `address`, which is as base::Address has it, has to be
/// for: the host, as it is written. Where endpoints come from DNS, the name that was looked up:
/// what it leads to is said by whoever answers. Empty: a Unix socket.
std::string TlsHostOf(const config::Cluster& cluster, const std::string& address);
/// What its calls share from now on: all tokens there, the budget full.
std::shared_ptr<RetryState> RetryStateOf(const config::Cluster& cluster,
                                         telemetry::RetryCounters& counters,
                                         std::shared_ptr<pool::Limits> limits);
/// Sets the maxima of a cluster's limits, or an endpoint's.
void SetLimits(pool::Limits& limits, const config::Limits& config, uint32_t max_pending);
/// Null where the cluster has none. It moves `calls`, which outlives it.
std::shared_ptr<AdaptiveConcurrency> ConcurrencyOf(const config::Cluster& cluster,
                                                   base::Limit& calls, base::Time now);
Cluster::Settings ClusterSettingsOf(const config::Cluster& cluster);

}  // namespace evenkeel::proxy
