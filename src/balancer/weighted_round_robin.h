// weighted_round_robin: each endpoint in its turn, as often as its own load
// reports say (gRFC A58, A114).
//
// An endpoint's weight is qps / (utilisation + eps / qps x
// error_utilization_penalty) of its last report: what it could serve if it were
// fully used. An endpoint without a weight that counts gets the average; with
// fewer than two that have one, all turns are equal. Configured weights are not
// heeded.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "balancer/policy.h"
#include "balancer/rotation.h"

namespace evenkeel::balancer {

class WeightedRoundRobin final : public Policy {
 public:
  /// Names and defaults are gRFC A58's; so are the rules that go with them.
  struct Settings {
    /// A weight counts once reports have come for this long; starts over when
    /// the endpoint reconnects. 0 to 1 h.
    base::Duration blackout_period = std::chrono::seconds(10);
    /// A weight counts until no report came for this long. 1 s to 24 h.
    base::Duration weight_expiration_period = std::chrono::minutes(3);
    /// How often turns are dealt anew from the current weights. 100 ms to 1 h.
    base::Duration weight_update_period = std::chrono::seconds(1);
    /// How much each error counts as utilisation. 0 to 1,000.
    double error_utilization_penalty = 1.0;
    /// Metrics of which the highest is the utilisation (gRFC A114):
    /// "cpu_utilization", "mem_utilization", "application_utilization",
    /// "utilization.NAME", "named_metrics.NAME". Without one of them in a
    /// report: application_utilization, else cpu_utilization.
    std::vector<std::string> metric_names_for_computing_utilization{};
  };

  /// `phase`: as for RoundRobin.
  WeightedRoundRobin(Settings settings, uint64_t phase);

  std::shared_ptr<const Picker> MakePicker(std::vector<EndpointPtr> eligible,
                                           base::Time now) override;

  std::optional<base::Duration> RefreshPeriod() const override {
    return settings_->weight_update_period;
  }

  /// The weight that a report stands for; 0: none, the report has no
  /// utilisation or no qps.
  static double Weight(const LoadReport& report, const Settings& settings);

 private:
  const std::shared_ptr<const Settings> settings_;  // shared with pickers
  const Tickets tickets_;
};

}  // namespace evenkeel::balancer
