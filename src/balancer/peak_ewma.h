// peak_ewma: the endpoint with the least latency x (in flight + 1) / weight,
// among distinct choices; the latency is a peak-sensitive moving average
// (Finagle's and linkerd's idea).
//
// A failure does not look like speed: it never lowers the latency, and its
// place stays taken for a while (see FailureHold). One that took longer than
// the average, such as a deadline, raises it.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "balancer/policy.h"
#include "balancer/typical_latency.h"

namespace evenkeel::balancer {

class PeakEwma final : public Policy {
 public:
  struct Settings {
    /// Time in which a peak is forgotten to 1/e. 100 ms to 10 min.
    base::Duration decay = std::chrono::seconds(10);
    /// Distinct endpoints compared for a pick. 2 to 100.
    uint32_t choice_count = 2;
    /// Up to this many endpoints, all are compared. 0 to 1,000.
    uint32_t full_scan_limit = 32;
    /// A failed attempt stays in flight for this many typical latencies longer.
    /// 0 (off) to 100.
    double failure_hold = 3;
  };

  explicit PeakEwma(Settings settings)
      : settings_(settings), typical_(std::make_shared<TypicalLatency>()) {}

  std::shared_ptr<const Picker> MakePicker(std::vector<EndpointPtr> eligible,
                                           base::Time now = {}) override;

 private:
  const Settings settings_;
  const std::shared_ptr<TypicalLatency> typical_;
};

}  // namespace evenkeel::balancer
