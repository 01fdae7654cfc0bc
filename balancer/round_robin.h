// round_robin: each endpoint in its turn, as often as its weight says; one rotation for the whole
// process.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "balancer/policy.h"
#include "balancer/rotation.h"
#include "lib/config/policy.h"

namespace evenkeel::balancer {

/// With equal weights, N picks over K endpoints differ by at most one, whatever the number of
/// threads: all workers draw tickets from one atomic counter. With others each endpoint's picks
/// stay within about one of its share from the first round on. The counter survives changes of the
/// set.
class RoundRobin final : public Policy {
 public:
  /// There is nothing to set.
  using Settings = config::RoundRobin;

  /// `phase`: where the rotation starts; random in production, so that many sidecars that start
  /// together do not all begin with the same endpoint.
  explicit RoundRobin(uint64_t phase);

  std::shared_ptr<const Picker> MakePicker(std::vector<EndpointPtr> eligible,
                                           base::Time now = {}) override;

 private:
  const Tickets tickets_;
};

}  // namespace evenkeel::balancer
