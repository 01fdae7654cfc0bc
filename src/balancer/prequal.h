// prequal: the best of the replicas that reported their load last ("Load is not
// what you should balance", Wydrowski and others, NSDI 2024).
//
// Each report gives the requests in flight at a replica, from all its callers,
// and its latency at that level. Reports whose requests in flight lie above a
// quantile of the pool are hot. Among the cold ones the lowest latency wins; if
// all are hot, the fewest in flight. With fewer than two usable reports it
// picks as least_request does, which also finds replicas that nobody asked
// lately.
//
// Reports come from the replicas (ORCA, in-band or out-of-band). A replica that
// sends none is known by what this process sees of it. Configured weights are
// not heeded but in that last resort.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "balancer/policy.h"
#include "balancer/report_pool.h"
#include "balancer/typical_latency.h"

namespace evenkeel::balancer {

class PrequalPicker;

class Prequal final : public Policy {
 public:
  struct Settings {
    /// Reports kept. 2 to 64.
    uint32_t pool_size = 16;
    /// A report is of no use after this. 1 ms to 1 min.
    base::Duration max_age = std::chrono::seconds(1);
    /// Picks that one report serves. 1 to 1,000.
    uint32_t max_uses = 1;
    /// Reports above this quantile of requests in flight are hot: 0 goes by
    /// requests in flight alone, 1 by latency alone.
    double rif_quantile = 0.84;
    /// Reports forgotten for each pick beside the one used, the oldest and the
    /// worst in turns, so that the pool does not decay to the replicas nobody
    /// wants. 0 to 1.
    double removal_rate = 0.1;
    /// A failed attempt stays in flight for this many typical latencies longer.
    /// 0 (off) to 100.
    double failure_hold = 3;
    /// The report's named metric that gives the requests in flight.
    std::string rif_metric = "requests_in_flight";
    /// The report's named metric that gives the recent latency in milliseconds.
    std::string latency_metric = "latency_ms";
  };

  explicit Prequal(Settings settings);

  std::shared_ptr<const Picker> MakePicker(std::vector<EndpointPtr> eligible,
                                           base::Time now) override;

 private:
  const std::shared_ptr<const Settings> settings_;  // shared with pickers
  const std::shared_ptr<TypicalLatency> typical_;
  std::shared_ptr<const PrequalPicker> last_;  // its reports move on to the next picker
};

}  // namespace evenkeel::balancer
