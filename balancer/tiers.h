// Tiers: which groups of endpoints share the calls, and in what proportion: priorities with
// failover, and within a priority the own zone first.
//
// A priority that has lost endpoints keeps all its calls while `overprovisioning` x the share left
// is at least 1; below, the next priority gets the difference. Within a priority the own zone takes
// all calls while it has its fair part of the endpoints (one of so many zones); with less, the rest
// spills over to the other zones in proportion. This assumes that callers are spread over zones
// about evenly.
//
// Pure functions of the set, and a Picker over the groups' own pickers. Main thread, picks apart.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "balancer/policy.h"
#include "lib/config/policy.h"

namespace evenkeel::balancer {

using TierSettings = config::Tiers;

/// A group of endpoints with its part of the calls.
struct Tier {
  std::string name;  ///< "priority 0, own zone"; stable as endpoints come and go
  double share = 0;  ///< above 0; the shares add up to 1
  std::vector<EndpointPtr> endpoints;
};

/// `all`: the whole set; `eligible`: those of it that may take calls. Empty if none may.
std::vector<Tier> MakeTiers(const std::vector<EndpointPtr>& all,
                            const std::vector<EndpointPtr>& eligible, const TierSettings& settings);

/// A picker that draws a tier by its share and leaves the pick to the tier's own picker; when that
/// has none to offer, to the others in order. `pickers` go with `tiers`; at least two.
std::shared_ptr<const Picker> PickAcrossTiers(std::vector<Tier> tiers,
                                              std::vector<std::shared_ptr<const Picker>> pickers);

}  // namespace evenkeel::balancer
