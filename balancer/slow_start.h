// SlowStart: lets an endpoint that has just become eligible take on its share little by little.
//
// Around any policy: the policy picks, and a pick of an endpoint still warming
// up is accepted with the chance
//     max(min_weight, (time since eligible / window) ^ (1 / aggression));
// else the policy picks again without it. When everything else is warming up as
// well, the first pick stands. So no call is lost or waits for it, and a policy
// knows nothing of it.
#pragma once

#include <memory>

#include "balancer/policy.h"
#include "lib/config/policy.h"

namespace evenkeel::balancer {

class SlowStart {
 public:
  using Settings = config::SlowStart;

  /// The chance that a pick of an endpoint, eligible for `age`, is accepted.
  static double Share(base::Duration age, const Settings& settings);

  static std::shared_ptr<const Picker> Around(std::shared_ptr<const Picker> inner,
                                              const Settings& settings);
};

}  // namespace evenkeel::balancer
