// maglev: the endpoint at the call's hash in a table that all endpoints fill in
// turns (Eisenbud and others, NSDI 2016).
//
// More even than a ring and one look-up a pick; when one of K endpoints leaves,
// about 2/K of the keys move.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "balancer/hash_input.h"
#include "balancer/policy.h"

namespace evenkeel::balancer {

class Maglev final : public Policy {
 public:
  struct Settings {
    HashInput hash{};
    /// A prime number, well above the number of endpoints. 2 to 5,000,011;
    /// IsPrime says which.
    uint32_t table_size = 65537;
    /// An endpoint with more than this times its share of the calls in flight
    /// is passed over. 0: no bound, else above 1 to 100.
    double max_load_factor = 0;
  };

  static bool IsPrime(uint32_t number);

  explicit Maglev(Settings settings) : settings_(std::move(settings)) {}

  std::shared_ptr<const Picker> MakePicker(std::vector<EndpointPtr> eligible,
                                           base::Time now = {}) override;

 private:
  const Settings settings_;
};

}  // namespace evenkeel::balancer
