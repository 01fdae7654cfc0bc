// EndpointWeights: the configured weights of a picker's endpoints, taken when the picker is made.
#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include "balancer/endpoint.h"

namespace evenkeel::balancer {

class EndpointWeights {
 public:
  explicit EndpointWeights(std::span<const EndpointPtr> endpoints) {
    const auto weight = [&](const EndpointPtr& each) { return each->weight(); };
    if (std::ranges::adjacent_find(endpoints, std::ranges::not_equal_to(), weight) ==
        endpoints.end()) {
      return;
    }
    for (const EndpointPtr& each : endpoints) {
      inverse_.push_back(1.0 / static_cast<double>(each->weight()));
    }
  }

  /// `load` divided by the endpoint's weight; as it is when all weights are equal.
  double Scale(double load, size_t index) const {
    return inverse_.empty() ? load : load * inverse_[index];
  }

  static std::vector<double> Of(std::span<const EndpointPtr> endpoints) {
    std::vector<double> weights;
    weights.reserve(endpoints.size());
    for (const EndpointPtr& each : endpoints) {
      weights.push_back(static_cast<double>(each->weight()));
    }
    return weights;
  }

 private:
  std::vector<double> inverse_;  // empty: all equal
};

}  // namespace evenkeel::balancer
