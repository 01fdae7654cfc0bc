// maglev: the endpoint at the call's hash in a table that all endpoints fill in turns (Eisenbud and
// others, NSDI 2016).
//
// More even than a ring and one look-up a pick; when one of K endpoints leaves, about 2/K of the
// keys move.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "balancer/hash_input.h"
#include "balancer/policy.h"
#include "lib/config/policy.h"

namespace evenkeel::balancer {

class Maglev final : public Policy {
 public:
  using Settings = config::Maglev;

  explicit Maglev(Settings settings) : settings_(std::move(settings)) {}

  std::shared_ptr<const Picker> MakePicker(std::vector<EndpointPtr> eligible,
                                           base::Time now = {}) override;

 private:
  const Settings settings_;
};

}  // namespace evenkeel::balancer
