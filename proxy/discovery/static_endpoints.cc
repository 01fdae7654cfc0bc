#include "proxy/discovery/static_endpoints.h"

#include "lib/net/resolver.h"

namespace evenkeel::discovery {

base::Result<std::vector<ResolvedEndpoint>, std::string> ResolveEndpoints(
    const config::Cluster& cluster, const KnownAddresses& known) {
  std::vector<ResolvedEndpoint> result;
  result.reserve(cluster.endpoints.size());
  for (const config::Endpoint& each : cluster.endpoints) {
    ResolvedEndpoint& endpoint = result.emplace_back();
    endpoint.address = each.address.ToString();
    endpoint.traits = {each.weight, each.priority, each.zone, each.hash_key};
    if (const auto* addresses = known(endpoint.address)) {
      endpoint.addresses = *addresses;
      continue;
    }
    auto addresses = net::Resolve(each.address);
    if (!addresses) return base::Error("cluster " + cluster.name + ": " + addresses.error());
    endpoint.addresses = std::move(*addresses);
  }
  return result;
}

}  // namespace evenkeel::discovery
