// RandomDraw: weighted random picks that respect what a call avoids. The policy `random`, and what
// hash policies do with a call that has nothing to hash.
#pragma once

#include <span>

#include "balancer/alias_table.h"
#include "balancer/endpoint_weights.h"
#include "balancer/policy.h"

namespace evenkeel::balancer {

class RandomDraw {
 public:
  explicit RandomDraw(std::span<const EndpointPtr> endpoints)
      : table_(EndpointWeights::Of(endpoints)) {}

  /// `endpoints`: those it was made from. Null when there is none or all are to be avoided.
  EndpointPtr Draw(std::span<const EndpointPtr> endpoints, const CallFacts& call,
                   base::Random& random) const {
    if (endpoints.empty()) return nullptr;
    // Retries avoid one or two: a few draws find another unless there is hardly any.
    constexpr int kDraws = 8;
    for (int i = 0; i < kDraws; ++i) {
      const EndpointPtr& drawn = endpoints[table_.Draw(random)];
      if (!call.Avoids(*drawn)) return drawn;
    }
    const size_t start = random.Below(endpoints.size());
    for (size_t i = 0; i < endpoints.size(); ++i) {
      const EndpointPtr& next = endpoints[(start + i) % endpoints.size()];
      if (!call.Avoids(*next)) return next;
    }
    return nullptr;
  }

 private:
  const AliasTable table_;
};

}  // namespace evenkeel::balancer
