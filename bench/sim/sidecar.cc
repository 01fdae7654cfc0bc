#include "sim/sidecar.h"

#include <charconv>
#include <string>

namespace evenkeel::sim {
namespace {

using balancer::Endpoint;
using balancer::EndpointPtr;

std::vector<EndpointPtr> MakeEndpoints(uint32_t count) {
  std::vector<EndpointPtr> endpoints;
  endpoints.reserve(count);
  for (uint32_t i = 0; i < count; ++i) {
    endpoints.push_back(std::make_shared<Endpoint>(std::to_string(i)));
  }
  return endpoints;
}

}  // namespace

Sidecar::Sidecar(const Scenario& scenario, const balancer::PolicySettings& policy, uint64_t seed,
                 const base::Clock& clock)
    : random_(seed), endpoints_(scenario.ReplicaCount()) {
  balancer::EndpointSetSettings settings = scenario.cluster;
  settings.subset_seed = seed;
  // Shared by the tiers' policies, of which there is one here.
  const auto factory = [&policy, random = base::Random(seed + 1)]() mutable {
    return balancer::MakePolicy(policy, random);
  };
  set_ = std::make_unique<balancer::EndpointSet>(factory, MakeEndpoints(scenario.ReplicaCount()),
                                                 settings, clock);
  for (const EndpointPtr& each : set_->endpoints()) endpoints_[ReplicaOf(*each)] = each.get();
}

void Sidecar::Report(const Endpoint& endpoint, const ReplicaLoad& load, base::Time now) {
  const balancer::LoadReport::Metric named[] = {{"requests_in_flight", load.in_flight},
                                                {"latency_ms", load.latency_ms}};
  const balancer::LoadReport report{.application_utilization = load.utilization,
                                    .qps = load.qps,
                                    .eps = load.eps,
                                    .named_metrics = named};
  set_->picker()->Reported(endpoint, report, now);
}

void Sidecar::Report(uint32_t replica, const ReplicaLoad& load, base::Time now) {
  if (const Endpoint* endpoint = endpoints_[replica]) Report(*endpoint, load, now);
}

void Sidecar::SetHealth(uint32_t replica, balancer::EndpointSet::Health health) {
  if (const Endpoint* endpoint = endpoints_[replica]) set_->SetHealth(*endpoint, health);
}

void Sidecar::Connected(uint32_t replica, int change) {
  if (const Endpoint* endpoint = endpoints_[replica]) set_->ConnectionsChanged(*endpoint, change);
}

uint32_t Sidecar::ReplicaOf(const Endpoint& endpoint) const {
  uint32_t number = 0;
  const std::string& address = endpoint.address();
  std::from_chars(address.data(), address.data() + address.size(), number);
  return number;
}

}  // namespace evenkeel::sim
