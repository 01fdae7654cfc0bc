// Fleet: endpoints by number and verbs to pick among them, for the tests of this folder.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "balancer/endpoint_set.h"
#include "balancer/policy.h"
#include "balancer/policy_settings.h"
#include "lib/base/clock.h"
#include "lib/base/random.h"

namespace evenkeel::balancer {

inline std::vector<EndpointPtr> MakeEndpoints(size_t count, uint32_t weight = 1) {
  std::vector<EndpointPtr> endpoints;
  for (size_t i = 0; i < count; ++i) {
    endpoints.push_back(std::make_shared<Endpoint>("10.0.0." + std::to_string(i) + ":1",
                                                   EndpointTraits{weight, 0, {}, {}}));
  }
  return endpoints;
}

inline std::vector<EndpointPtr> MakeWeighted(const std::vector<uint32_t>& weights) {
  std::vector<EndpointPtr> endpoints = MakeEndpoints(weights.size());
  for (size_t i = 0; i < weights.size(); ++i) endpoints[i]->set_weight(weights[i]);
  return endpoints;
}

/// A policy over endpoints, with a clock and a seed. Calls last until the test ends them.
class Fleet {
 public:
  Fleet(std::unique_ptr<Policy> policy, std::vector<EndpointPtr> endpoints)
      : policy_(std::move(policy)), endpoints_(std::move(endpoints)) {
    Rebuild();
  }

  void Rebuild() { picker_ = policy_->MakePicker(endpoints_, clock_.Now()); }
  void Keep(std::vector<EndpointPtr> endpoints) {
    endpoints_ = std::move(endpoints);
    Rebuild();
  }
  void Wait(base::Duration time) { clock_.Advance(time); }

  CallFacts Call() const { return {.path = "/a.B/C", .now = clock_.Now(), .avoid = {}}; }
  CallFacts CallWithKey(std::string_view key) const {
    return {.path = "/a.B/C", .now = clock_.Now(), .avoid = {}, .hash_key = key};
  }

  EndpointPtr Pick() { return picker_->Pick(Call(), random_); }
  EndpointPtr Pick(const CallFacts& call) { return picker_->Pick(call, random_); }
  Explanation Explain() { return picker_->Explain(Call(), random_); }

  /// The address of a pick that avoids these endpoints; "" for none.
  EndpointPtr PickAvoiding(const std::vector<size_t>& numbers) {
    std::vector<const Endpoint*> avoid;
    for (const size_t number : numbers) avoid.push_back(endpoints_[number].get());
    CallFacts call = Call();
    call.avoid = avoid;
    return picker_->Pick(call, random_);
  }

  /// How often each endpoint was picked in `picks` picks, none of them kept in flight.
  std::vector<size_t> Count(size_t picks) {
    std::map<const Endpoint*, size_t> counts;
    for (size_t i = 0; i < picks; ++i) ++counts[Pick().get()];
    std::vector<size_t> by_number;
    for (const EndpointPtr& each : endpoints_) by_number.push_back(counts[each.get()]);
    return by_number;
  }

  InFlight Start(size_t number) { return InFlight(endpoints_[number]); }
  std::vector<InFlight> Start(size_t number, size_t calls) {
    std::vector<InFlight> tokens;
    for (size_t i = 0; i < calls; ++i) tokens.push_back(Start(number));
    return tokens;
  }

  void Succeed(size_t number, base::Duration latency) {
    Start(number).Finish(*picker_, {AttemptResult::Kind::kSuccess, latency, clock_.Now()});
  }
  void Fail(size_t number, base::Duration latency) {
    Start(number).Finish(*picker_, {AttemptResult::Kind::kFailure, latency, clock_.Now()});
  }
  void Report(size_t number, const LoadReport& report) {
    picker_->Reported(*endpoints_[number], report, clock_.Now());
  }

  const std::vector<EndpointPtr>& endpoints() const { return endpoints_; }
  Endpoint& endpoint(size_t number) { return *endpoints_[number]; }
  const Picker& picker() const { return *picker_; }
  base::Random& random() { return random_; }
  base::ManualClock& clock() { return clock_; }

 private:
  base::ManualClock clock_;
  base::Random random_{1};
  std::unique_ptr<Policy> policy_;
  std::vector<EndpointPtr> endpoints_;
  std::shared_ptr<const Picker> picker_;
};

}  // namespace evenkeel::balancer
