// ring_hash: the endpoint that follows the call's hash on a ring (ketama; gRFC A42, A76).
//
// Calls with the same key go to the same endpoint while the set stays; when one of K endpoints
// leaves, only its own share of the keys, about 1/K, moves.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "balancer/hash_input.h"
#include "balancer/policy.h"
#include "lib/config/policy.h"

namespace evenkeel::balancer {

class RingHash final : public Policy {
 public:
  using Settings = config::RingHash;

  explicit RingHash(Settings settings) : settings_(std::move(settings)) {}

  std::shared_ptr<const Picker> MakePicker(std::vector<EndpointPtr> eligible,
                                           base::Time now = {}) override;

 private:
  const Settings settings_;
};

}  // namespace evenkeel::balancer
