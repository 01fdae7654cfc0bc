// Static endpoints: those that the configuration lists, looked up when it is applied.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "lib/base/result.h"
#include "lib/config/config.h"
#include "proxy/discovery/resolved_endpoint.h"

namespace evenkeel::discovery {

/// The addresses of an endpoint that have been looked up before; null: none.
using KnownAddresses =
    std::function<const std::vector<net::SocketAddress>*(const std::string& address)>;

/// Looks up the endpoints that `known` does not know. Blocks meanwhile, the main thread and no
/// worker. The error is a sentence that names the cluster.
base::Result<std::vector<ResolvedEndpoint>, std::string> ResolveEndpoints(
    const config::Cluster& cluster, const KnownAddresses& known);

}  // namespace evenkeel::discovery
