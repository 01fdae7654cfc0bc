// ring_hash: the endpoint that follows the call's hash on a ring (ketama; gRFC
// A42, A76).
//
// Calls with the same key go to the same endpoint while the set stays; when one
// of K endpoints leaves, only its own share of the keys, about 1/K, moves.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "balancer/hash_input.h"
#include "balancer/policy.h"

namespace evenkeel::balancer {

class RingHash final : public Policy {
 public:
  struct Settings {
    HashInput hash{};
    /// The ring has at least so many places, if the weights allow. 1 to
    /// 8,388,608.
    uint32_t min_ring_size = 1024;
    /// At most so many, but one for each endpoint in any case. min_ring_size to
    /// 8,388,608.
    uint32_t max_ring_size = 4096;
    /// An endpoint with more than this times its share of the calls in flight
    /// is passed over. 0: no bound, else above 1 to 100.
    double max_load_factor = 0;
  };

  explicit RingHash(Settings settings) : settings_(std::move(settings)) {}

  std::shared_ptr<const Picker> MakePicker(std::vector<EndpointPtr> eligible,
                                           base::Time now = {}) override;

 private:
  const Settings settings_;
};

}  // namespace evenkeel::balancer
