// HashWalk: from the place a hash points at, on to the first endpoint that may take the call. What
// ring_hash and maglev share once their table is made.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "balancer/hash.h"
#include "balancer/hash_input.h"
#include "balancer/load_bound.h"
#include "balancer/random_draw.h"

namespace evenkeel::balancer {

/// `Table`: `size()`, `Find(hash)` gives a position, `At(position)` an endpoint's index.
template <typename Table>
class HashWalk {
 public:
  HashWalk(std::vector<EndpointPtr> endpoints, Table table, HashInput input, double max_load_factor)
      : endpoints_(std::move(endpoints)),
        table_(std::move(table)),
        input_(std::move(input)),
        bound_(endpoints_, max_load_factor),
        draw_(endpoints_) {}

  EndpointPtr Pick(const CallFacts& call, base::Random& random) const {
    return Choose(call, random, [](const EndpointPtr&) {});
  }

  Explanation Explain(const CallFacts& call, base::Random& random, std::string policy) const {
    Explanation why{.policy = std::move(policy),
                    .score_meaning = "in flight; the first on the way with room wins"};
    why.picked = Choose(call, random, [&](const EndpointPtr& each) {
      why.candidates.push_back({each, static_cast<double>(each->in_flight())});
    });
    if (HashKeyOf(input_, call).empty())
      why.notes.push_back("the call has nothing to hash: random");
    return why;
  }

 private:
  template <typename Trace>
  EndpointPtr Choose(const CallFacts& call, base::Random& random, Trace&& trace) const {
    const std::string_view key = HashKeyOf(input_, call);
    if (key.empty() || endpoints_.empty()) return draw_.Draw(endpoints_, call, random);
    const double limit = bound_.LimitPerWeight(call.now);
    const Endpoint* last = nullptr;
    size_t position = table_.Find(Hash(key));
    for (size_t steps = 0; steps < table_.size(); ++steps) {
      const EndpointPtr& endpoint = endpoints_[table_.At(position)];
      if (++position == table_.size()) position = 0;
      if (endpoint.get() == last) continue;
      last = endpoint.get();
      trace(endpoint);
      if (!call.Avoids(*endpoint) && LoadBound::HasRoom(*endpoint, limit)) return endpoint;
    }
    // All are full or to be avoided; the sum of a large set may lag behind a burst.
    return draw_.Draw(endpoints_, call, random);
  }

  const std::vector<EndpointPtr> endpoints_;
  const Table table_;
  const HashInput input_;
  const LoadBound bound_;
  const RandomDraw draw_;
};

/// The picker of a policy that has nothing beside its table.
template <typename Table>
class HashWalkPicker final : public Picker {
 public:
  /// `policy`: its name, a literal.
  HashWalkPicker(std::string_view policy, std::vector<EndpointPtr> endpoints, Table table,
                 HashInput input, double max_load_factor)
      : policy_(policy),
        walk_(std::move(endpoints), std::move(table), std::move(input), max_load_factor) {}

  EndpointPtr Pick(const CallFacts& call, base::Random& random) const override {
    return walk_.Pick(call, random);
  }
  Explanation Explain(const CallFacts& call, base::Random& random) const override {
    return walk_.Explain(call, random, std::string(policy_));
  }

 private:
  const std::string_view policy_;
  const HashWalk<Table> walk_;
};

}  // namespace evenkeel::balancer
