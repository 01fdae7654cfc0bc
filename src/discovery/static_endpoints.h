// Static endpoints: those that the configuration lists, looked up once at start.
#pragma once

#include <string>
#include <vector>

#include "balancer/endpoint.h"
#include "base/result.h"
#include "config/config.h"
#include "net/socket_address.h"

namespace evenkeel::discovery {

struct ResolvedEndpoint {
  balancer::EndpointPtr endpoint;
  std::vector<net::SocketAddress> addresses;  ///< at least one
};

/// Blocks while names are looked up: for the main thread before the workers run. The error is a
/// sentence that names the cluster.
base::Result<std::vector<ResolvedEndpoint>, std::string> ResolveEndpoints(
    const config::Cluster& cluster);

}  // namespace evenkeel::discovery
