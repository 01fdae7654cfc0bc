// weighted_round_robin: each endpoint in its turn, as often as its own load reports say (gRFC A58,
// A114).
//
// An endpoint's weight is qps / (utilisation + eps / qps x error_utilization_penalty) of its last
// report: what it could serve if it were fully used. An endpoint without a weight that counts gets
// the average; with fewer than two that have one, all turns are equal. Configured weights are
// ignored.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "balancer/policy.h"
#include "balancer/rotation.h"
#include "lib/config/policy.h"

namespace evenkeel::balancer {

class WeightedRoundRobin final : public Policy {
 public:
  /// Names and defaults are gRFC A58's; so are the rules that go with them.
  using Settings = config::WeightedRoundRobin;

  /// `phase`: as for RoundRobin.
  WeightedRoundRobin(Settings settings, uint64_t phase);

  std::shared_ptr<const Picker> MakePicker(std::vector<EndpointPtr> eligible,
                                           base::Time now) override;

  std::optional<base::Duration> RefreshPeriod() const override {
    return settings_->weight_update_period;
  }

  /// The weight that a report stands for; 0: none, the report has no utilisation or no qps.
  static double Weight(const LoadReport& report, const Settings& settings);

 private:
  const std::shared_ptr<const Settings> settings_;  // shared with pickers
  const Tickets tickets_;
};

}  // namespace evenkeel::balancer
