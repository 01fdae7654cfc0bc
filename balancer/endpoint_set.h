// EndpointSet: all endpoints of one cluster, who of them may take calls, and the cluster's policy.
//
// The one place where eligibility, panic, slow start, priorities, zones and subsetting are decided,
// for every policy alike. Lives on the main thread; a change makes a new Picker, which its owner
// hands to the workers. A change that returns true has only marked the picker as old: it is made
// when picker() asks for it, so many changes in one turn cost one picker.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "balancer/policy.h"
#include "balancer/slow_start.h"
#include "balancer/tiers.h"
#include "lib/config/policy.h"

namespace evenkeel::balancer {

using EndpointSetSettings = config::Balancing;

enum class Eligibility {
  kEligible,
  kNotConnected,
  kNotServing,  ///< its health check says so, or has not answered yet
  kEjected,     ///< its calls failed
  kDraining,    ///< being taken out of service by an operator or discovery
};

/// "eligible", "not connected", …
std::string_view EligibilityName(Eligibility eligibility);

class EndpointSet {
 public:
  using PolicyFactory = std::function<std::unique_ptr<Policy>()>;

  /// With default settings and one policy for all endpoints: priorities and zones are ignored,
  /// and without a clock RefreshPeriod is nothing.
  EndpointSet(std::unique_ptr<Policy> policy, std::vector<EndpointPtr> endpoints);

  /// `factory` makes a policy for each tier. `clock` must outlive this.
  EndpointSet(PolicyFactory factory, std::vector<EndpointPtr> endpoints,
              EndpointSetSettings settings, const base::Clock& clock);

  /// Other policies and settings from now on, for the same endpoints: what is known of them stays,
  /// what the policies had learnt is lost. For sets made with a factory. Update has to follow, for
  /// subsets.
  void Configure(PolicyFactory factory, EndpointSetSettings settings);

  /// After subsetting.
  std::span<const EndpointPtr> endpoints() const { return endpoints_; }

  /// Replaces the endpoints; those that stay (the same object) keep all that is known of them.
  /// Returns whether the picker changed.
  bool Update(std::vector<EndpointPtr> endpoints);

  // Each of these returns whether the picker changed; `endpoint` is of this set.

  /// Counts a worker's ready connections to an endpoint: `change` is +1 or -1. An endpoint without
  /// any is not eligible.
  bool ConnectionsChanged(const Endpoint& endpoint, int change);
  enum class Health {
    kServing,
    kNotServing,
    kUnanswered,  ///< no calls before the first answer, not even in panic
  };
  /// The verdict of active checks. Before the first call of this, an endpoint counts as serving.
  bool SetHealth(const Endpoint& endpoint, Health health);
  /// Passive ejection and its end.
  bool Eject(const Endpoint& endpoint);
  bool Return(const Endpoint& endpoint);
  /// No new calls, not even in panic. For good, unless it is returned by Undrain.
  bool Drain(const Endpoint& endpoint);
  bool Undrain(const Endpoint& endpoint);
  bool SetWeight(Endpoint& endpoint, uint32_t weight);
  /// To be called every RefreshPeriod: some policies deal their turns anew.
  bool Refresh();
  std::optional<base::Duration> RefreshPeriod() const;

  Eligibility EligibilityOf(const Endpoint& endpoint) const;
  bool IsEligible(const Endpoint& endpoint) const {
    return EligibilityOf(endpoint) == Eligibility::kEligible;
  }
  int Connections(const Endpoint& endpoint) const;
  size_t EligibleCount() const;
  /// Whether endpoints that are not healthy get calls, for too few are.
  bool InPanic() const;

  /// Never null.
  const std::shared_ptr<const Picker>& picker() const;

  /// What would become of a call now, and why of the endpoints that could not get it.
  Explanation Explain(const CallFacts& call, base::Random& random) const;

 private:
  struct State {
    int connections = 0;
    Health health = Health::kServing;
    bool ejected = false;
    bool draining = false;
  };

  const State& StateOf(const Endpoint& endpoint) const;
  template <typename Change>
  bool Apply(const Endpoint& endpoint, Change change);
  /// Connected, not draining, and has answered if asked: what panic falls back to.
  bool IsUsable(const Endpoint& endpoint) const;
  std::vector<EndpointPtr> Members() const;
  Policy& PolicyOf(const std::string& tier) const;
  std::shared_ptr<const Picker> MakePicker() const;
  bool IsAnyWarming() const;
  base::Time Now() const { return clock_ ? clock_->Now() : base::Time{}; }

  PolicyFactory factory_;  // empty: policies_ has the one
  EndpointSetSettings settings_;
  const base::Clock* const clock_;
  std::vector<EndpointPtr> endpoints_;
  std::unordered_map<const Endpoint*, State> states_;
  // Made on first use and kept, so that a tier that comes back goes on where it was.
  mutable std::unordered_map<std::string, std::unique_ptr<Policy>> policies_;
  mutable std::shared_ptr<const Picker> picker_;  // null: to be made anew
};

}  // namespace evenkeel::balancer
