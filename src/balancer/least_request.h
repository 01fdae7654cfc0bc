// least_request: the endpoint with the least (in flight + 1) / weight, among
// all of them when they are few, else among some distinct ones chosen at random
// (gRFC A48, but without drawing one twice).
//
// Attempts that failed count as in flight for a while longer (see FailureHold),
// so an endpoint that fails fast does not draw calls for being idle.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "balancer/policy.h"
#include "balancer/typical_latency.h"

namespace evenkeel::balancer {

class LeastRequest final : public Policy {
 public:
  struct Settings {
    /// Distinct endpoints compared for a pick. 2 to 100.
    uint32_t choice_count = 2;
    /// Up to this many endpoints, all are compared. 0 to 1,000.
    uint32_t full_scan_limit = 32;
    /// A failed attempt stays in flight for this many typical latencies longer.
    /// 0 (off) to 100.
    double failure_hold = 3;
  };

  explicit LeastRequest(Settings settings)
      : settings_(settings), typical_(std::make_shared<TypicalLatency>()) {}

  std::shared_ptr<const Picker> MakePicker(std::vector<EndpointPtr> eligible,
                                           base::Time now = {}) override;

 private:
  const Settings settings_;
  const std::shared_ptr<TypicalLatency> typical_;
};

}  // namespace evenkeel::balancer
