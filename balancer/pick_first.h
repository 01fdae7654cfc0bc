// pick_first: all calls to one endpoint, and to the next one in the list when it fails (gRFC A62).
//
// The list is shuffled once for the process, heavier endpoints more likely first (gRFC A113), so
// that not every sidecar chooses the same. It stays with its endpoint while that is eligible, also
// when one before it in the list comes back.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "balancer/policy.h"
#include "lib/config/policy.h"

namespace evenkeel::balancer {

class PickFirst final : public Policy {
 public:
  using Settings = config::PickFirst;
  using Order = Settings::Order;

  /// `seed` decides the shuffle; an address keeps its place when others come and go.
  PickFirst(Settings settings, uint64_t seed) : settings_(settings), seed_(seed) {}

  std::shared_ptr<const Picker> MakePicker(std::vector<EndpointPtr> eligible,
                                           base::Time now = {}) override;

 private:
  void Sort(std::vector<EndpointPtr>& endpoints) const;

  const Settings settings_;
  const uint64_t seed_;
  std::weak_ptr<Endpoint> current_;
};

}  // namespace evenkeel::balancer
