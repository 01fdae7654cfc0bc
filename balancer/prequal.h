// prequal: the best of the replicas that reported their load last ("Load is not what you should
// balance", Wydrowski and others, NSDI 2024).
//
// Each report gives the requests in flight at a replica, from all its callers, and its latency at
// that level. Reports whose requests in flight lie above a quantile of the pool are hot. Among the
// cold ones the lowest latency wins; if all are hot, the fewest in flight.
//
// Reports come from the replicas (ORCA, in-band or out-of-band). A replica that sends none is known
// by what this process sees of it. Trailers only tell of replicas that got calls; so the fewer
// reports the pool holds, the more picks are made without it, as least_request makes them. In a set
// that fits the pool, an endpoint without a report is taken for a typical one instead.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "balancer/policy.h"
#include "balancer/report_pool.h"
#include "balancer/typical_latency.h"
#include "lib/config/policy.h"

namespace evenkeel::balancer {

class PrequalPicker;

class Prequal final : public Policy {
 public:
  using Settings = config::Prequal;

  explicit Prequal(Settings settings);

  std::shared_ptr<const Picker> MakePicker(std::vector<EndpointPtr> eligible,
                                           base::Time now) override;

 private:
  const std::shared_ptr<const Settings> settings_;  // shared with pickers
  const std::shared_ptr<TypicalLatency> typical_;
  std::shared_ptr<const PrequalPicker> last_;  // its reports move on to the next picker
};

}  // namespace evenkeel::balancer
