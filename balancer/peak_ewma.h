// peak_ewma: the endpoint with the least latency x (in flight + 1) / weight, among distinct
// choices; the latency is a peak-sensitive moving average (Finagle's and linkerd's idea).
//
// A failure does not look like speed: it never lowers the latency, and its place stays taken for a
// while (see FailureHold). One that took longer than the average, such as a deadline, raises it.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "balancer/policy.h"
#include "balancer/typical_latency.h"
#include "lib/config/policy.h"

namespace evenkeel::balancer {

class PeakEwma final : public Policy {
 public:
  using Settings = config::PeakEwma;

  explicit PeakEwma(Settings settings)
      : settings_(settings),
        typical_(std::make_shared<TypicalLatency>()),
        usual_(std::make_shared<TypicalLatency>()) {}

  std::shared_ptr<const Picker> MakePicker(std::vector<EndpointPtr> eligible,
                                           base::Time now = {}) override;

 private:
  const Settings settings_;
  const std::shared_ptr<TypicalLatency> typical_;
  // The mean of the endpoints' averages, which are nearer to peaks than to the typical: what an
  // endpoint without news is taken for.
  const std::shared_ptr<TypicalLatency> usual_;
};

}  // namespace evenkeel::balancer
