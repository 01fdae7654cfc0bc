// Fairness: how evenly attempts in flight have lain on a cluster's endpoints, over the last window.
//
// Sampled by its owner at a steady pace; the sum of the samples' maxima over the sum of their
// means, so idle moments do not count. 1 is perfectly even, K is all calls on one of K endpoints.
// Weights count: what is compared is in flight / weight. Main thread, pure.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

#include "balancer/endpoint.h"

namespace evenkeel::balancer {

class Fairness {
 public:
  /// Samples that make the window.
  static constexpr size_t kWindow = 100;

  /// `eligible`: those that may take calls now.
  void Sample(std::span<const EndpointPtr> eligible) {
    double highest = 0;
    double in_flight = 0;
    double weight = 0;
    for (const EndpointPtr& each : eligible) {
      const auto load = static_cast<double>(each->in_flight());
      highest = std::max(highest, load / each->weight());
      in_flight += load;
      weight += each->weight();
    }
    samples_[next_++ % kWindow] = {highest, weight > 0 ? in_flight / weight : 0};
  }

  /// 1 while there was nothing to compare.
  double value() const {
    double highest = 0;
    double mean = 0;
    for (const auto& each : samples_) {
      highest += each.highest;
      mean += each.mean;
    }
    return mean > 0 ? highest / mean : 1;
  }

 private:
  struct Levels {
    double highest = 0;
    double mean = 0;
  };
  std::array<Levels, kWindow> samples_{};
  size_t next_ = 0;
};

}  // namespace evenkeel::balancer
