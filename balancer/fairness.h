// Fairness: how evenly attempts have lain on a cluster's endpoints, over the last window.
//
// Sampled by its owner at a steady pace. The busiest endpoint's attempts in flight over the mean of
// all: 1 is perfectly even, K is all calls on one of K endpoints. Under a light load chance decides
// which endpoint a sample finds busy, so where less than one attempt an endpoint is in flight, the
// attempts started are compared instead; and nothing at all while these are few. Weights count:
// what is compared is load / weight. Main thread, pure.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>

#include "balancer/endpoint.h"

namespace evenkeel::balancer {

class Fairness {
 public:
  /// Samples that make the window; of the oldest half, all or none count.
  static constexpr size_t kWindow = 100;
  /// Attempts started an endpoint, on average, below which a light load says nothing.
  static constexpr double kFewStarted = 10;

  /// `eligible`: those that may take calls now.
  void Sample(std::span<const EndpointPtr> eligible);

  /// 1 while there was nothing to compare.
  double value() const;

 private:
  /// Of one endpoint, over the samples in which it was eligible.
  struct Load {
    double in_flight = 0;
    double started = 0;
    double weight = 0;
    double samples = 0;
  };
  using Loads = std::map<EndpointPtr, Load>;

  /// The busiest over the mean.
  static double Spread(const Loads& loads, double Load::*what);
  Loads Window() const;

  std::array<Loads, 2> halves_;  ///< the newer first
  size_t samples_ = 0;           ///< in the newer
  std::map<EndpointPtr, uint64_t> picked_;
};

}  // namespace evenkeel::balancer
