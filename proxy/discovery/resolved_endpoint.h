// ResolvedEndpoint: an endpoint as discovery knows it: its name, what is said of it, and where it
// is. A value; which endpoints of a running cluster these are is for the cluster to say, by name.
#pragma once

#include <string>
#include <vector>

#include "balancer/endpoint.h"
#include "lib/net/socket_address.h"

namespace evenkeel::discovery {

struct ResolvedEndpoint {
  std::string address;  ///< its name in logs and metrics; one name is one endpoint of a cluster
  balancer::EndpointTraits traits;
  std::vector<net::SocketAddress> addresses;  ///< at least one
};

}  // namespace evenkeel::discovery
