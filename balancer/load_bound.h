// LoadBound: keeps hash policies from piling calls on one endpoint (consistent hashing with bounded
// loads, Mirrokni and others 2016).
//
// An endpoint is full when it has more than `max_load_factor` times its share of all calls in
// flight. Thread-safe. Small sets are added up at each pick; for larger ones the sum may be a
// millisecond old.
#pragma once

#include <atomic>
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include "balancer/endpoint.h"
#include "lib/base/clock.h"

namespace evenkeel::balancer {

class LoadBound {
 public:
  /// `max_load_factor` 0: no bound, nothing is ever full. `endpoints` must outlive this.
  LoadBound(std::span<const EndpointPtr> endpoints, double max_load_factor)
      : endpoints_(endpoints), factor_(max_load_factor) {
    for (const EndpointPtr& each : endpoints_) weights_ += each->weight();
  }

  /// Calls in flight that an endpoint of weight 1 may have, with the one to be picked; infinite
  /// without a bound. An endpoint's limit is this times its weight, rounded up.
  double LimitPerWeight(base::Time now) const {
    if (factor_ == 0) return HUGE_VAL;
    return factor_ * (static_cast<double>(Total(now)) + 1) / static_cast<double>(weights_);
  }

  static bool HasRoom(const Endpoint& endpoint, double limit_per_weight) {
    return static_cast<double>(endpoint.in_flight()) <
           std::ceil(limit_per_weight * static_cast<double>(endpoint.weight()));
  }

 private:
  static constexpr size_t kSmall = 64;
  static constexpr int64_t kMaxAge = 1'000'000;  // nanoseconds

  int64_t Total(base::Time now) const {
    if (endpoints_.size() <= kSmall) return Sum();
    const int64_t at = now.time_since_epoch().count();
    int64_t taken = taken_.load(std::memory_order_relaxed);
    // Whoever moves the stamp adds up; the others go on with the old sum.
    if (at - taken >= kMaxAge && taken_.compare_exchange_strong(taken, at)) {
      total_.store(Sum(), std::memory_order_relaxed);
    }
    return total_.load(std::memory_order_relaxed);
  }

  int64_t Sum() const {
    int64_t sum = 0;
    for (const EndpointPtr& each : endpoints_) sum += each->in_flight();
    return sum;
  }

  const std::span<const EndpointPtr> endpoints_;
  const double factor_;
  uint64_t weights_ = 0;
  mutable std::atomic<int64_t> taken_{INT64_MIN / 2};
  mutable std::atomic<int64_t> total_{0};
};

}  // namespace evenkeel::balancer
