// Sidecar: one Evenkeel process as the simulator sees it: its cluster's endpoints, policy and
// picker, through the interface that production uses.
#pragma once

#include <memory>
#include <vector>

#include "balancer/endpoint_set.h"
#include "sim/replica.h"
#include "sim/scenario.h"

namespace evenkeel::sim {

class Sidecar {
 public:
  /// `clock` must outlive this.
  Sidecar(const Scenario& scenario, const balancer::PolicySettings& policy, uint64_t seed,
          const base::Clock& clock);

  balancer::EndpointPtr Pick(const balancer::CallFacts& call) {
    return set_->picker()->Pick(call, random_);
  }
  void Finish(balancer::InFlight token, const balancer::AttemptResult& result) {
    token.Finish(*set_->picker(), result);
  }
  void Report(const balancer::Endpoint& endpoint, const ReplicaLoad& load, base::Time now);
  void Report(uint32_t replica, const ReplicaLoad& load, base::Time now);

  void Connect(uint32_t replica) { Connected(replica, +1); }
  void Disconnect(uint32_t replica) { Connected(replica, -1); }
  void SetHealth(uint32_t replica, balancer::EndpointSet::Health health);
  void Refresh() { set_->Refresh(); }
  std::optional<base::Duration> RefreshPeriod() const { return set_->RefreshPeriod(); }

  /// The replica's number from its endpoint.
  uint32_t ReplicaOf(const balancer::Endpoint& endpoint) const;

 private:
  void Connected(uint32_t replica, int change);

  base::Random random_;
  std::vector<const balancer::Endpoint*> endpoints_;  // by replica; null: not in the subset
  std::unique_ptr<balancer::EndpointSet> set_;
};

}  // namespace evenkeel::sim
