#include "discovery/static_endpoints.h"

#include "net/resolver.h"

namespace evenkeel::discovery {

base::Result<std::vector<ResolvedEndpoint>, std::string> ResolveEndpoints(
    const config::Cluster& cluster) {
  std::vector<ResolvedEndpoint> result;
  for (const config::Endpoint& each : cluster.endpoints) {
    auto addresses = net::Resolve(each.address);
    if (!addresses) return base::Error("cluster " + cluster.name + ": " + addresses.error());
    balancer::EndpointTraits traits{each.weight, each.priority, each.zone, each.hash_key};
    result.push_back(
        {std::make_shared<balancer::Endpoint>(each.address.ToString(), std::move(traits)),
         std::move(*addresses)});
  }
  return result;
}

}  // namespace evenkeel::discovery
