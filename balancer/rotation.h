// Rotation: the next endpoint of a weighted schedule, one sequence of tickets for all threads.
//
// What round_robin and weighted_round_robin share: the tickets outlive each schedule.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "balancer/policy.h"
#include "balancer/stride_schedule.h"

namespace evenkeel::balancer {

using Tickets = std::shared_ptr<std::atomic<uint64_t>>;

class Rotation {
 public:
  /// One weight for each endpoint, above 0.
  Rotation(std::vector<EndpointPtr> endpoints, std::vector<double> weights, Tickets tickets)
      : endpoints_(std::move(endpoints)),
        weights_(std::move(weights)),
        schedule_(weights_),
        tickets_(std::move(tickets)) {}

  EndpointPtr Next(const CallFacts& call) const {
    return Find(call, [this] { return tickets_->fetch_add(1, std::memory_order_relaxed); });
  }

  /// Fills in the candidates and what Next would return now.
  void Explain(const CallFacts& call, Explanation& why) const {
    for (size_t i = 0; i < endpoints_.size(); ++i) {
      if (!call.Avoids(*endpoints_[i])) why.candidates.push_back({endpoints_[i], weights_[i]});
    }
    uint64_t ticket = tickets_->load(std::memory_order_relaxed);
    why.picked = Find(call, [&] { return ticket++; });
  }

 private:
  template <typename Draw>
  EndpointPtr Find(const CallFacts& call, Draw&& draw) const {
    if (endpoints_.empty()) return nullptr;
    if (call.avoid.empty()) return endpoints_[Take(draw)];
    // Each endpoint gets its turn once: another round would find the same ones to avoid.
    for (size_t tries = 0; tries < endpoints_.size(); ++tries) {
      const EndpointPtr& endpoint = endpoints_[Take(draw)];
      if (!call.Avoids(*endpoint)) return endpoint;
    }
    return FirstNotAvoided(call);
  }

  // Ends: the heaviest entry takes at least every second of its turns.
  template <typename Draw>
  size_t Take(Draw&& draw) const {
    while (true) {
      if (const auto taken = schedule_.At(draw())) return *taken;
    }
  }

  // A light endpoint may not have had its turn within as many tickets as there are endpoints.
  EndpointPtr FirstNotAvoided(const CallFacts& call) const {
    for (const EndpointPtr& each : endpoints_) {
      if (!call.Avoids(*each)) return each;
    }
    return nullptr;
  }

  std::vector<EndpointPtr> endpoints_;
  std::vector<double> weights_;
  StrideSchedule schedule_;
  Tickets tickets_;
};

}  // namespace evenkeel::balancer
