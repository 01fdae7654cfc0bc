// random: any endpoint, with a chance in proportion to its weight.
#pragma once

#include <memory>
#include <vector>

#include "balancer/policy.h"
#include "lib/config/policy.h"

namespace evenkeel::balancer {

class RandomChoice final : public Policy {
 public:
  /// There is nothing to set.
  using Settings = config::RandomChoice;

  std::shared_ptr<const Picker> MakePicker(std::vector<EndpointPtr> eligible,
                                           base::Time now = {}) override;
};

}  // namespace evenkeel::balancer
