// least_request: the endpoint with the least (in flight + 1) / weight, among all of them when they
// are few, else among some distinct ones chosen at random (gRFC A48, but without drawing one
// twice).
//
// Attempts that failed count as in flight for a while longer (see FailureHold), so an endpoint that
// fails fast does not draw calls for being idle.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "balancer/policy.h"
#include "balancer/typical_latency.h"
#include "lib/config/policy.h"

namespace evenkeel::balancer {

class LeastRequest final : public Policy {
 public:
  using Settings = config::LeastRequest;

  explicit LeastRequest(Settings settings)
      : settings_(settings), typical_(std::make_shared<TypicalLatency>()) {}

  std::shared_ptr<const Picker> MakePicker(std::vector<EndpointPtr> eligible,
                                           base::Time now = {}) override;

 private:
  const Settings settings_;
  const std::shared_ptr<TypicalLatency> typical_;
};

}  // namespace evenkeel::balancer
