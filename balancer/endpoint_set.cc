#include "balancer/endpoint_set.h"

#include <algorithm>

#include "balancer/subset.h"
#include "lib/base/check.h"

namespace evenkeel::balancer {
namespace {

// The name of the tier that stands for all endpoints when there is one policy for all.
constexpr char kWholeSet[] = "";

}  // namespace

std::string_view EligibilityName(Eligibility eligibility) {
  switch (eligibility) {
    case Eligibility::kEligible:
      return "eligible";
    case Eligibility::kNotConnected:
      return "not connected";
    case Eligibility::kNotServing:
      return "not serving";
    case Eligibility::kEjected:
      return "ejected";
    case Eligibility::kDraining:
      return "draining";
  }
  return "";
}

EndpointSet::EndpointSet(std::unique_ptr<Policy> policy, std::vector<EndpointPtr> endpoints)
    : clock_(nullptr) {
  policies_[kWholeSet] = std::move(policy);
  Update(std::move(endpoints));
}

EndpointSet::EndpointSet(PolicyFactory factory, std::vector<EndpointPtr> endpoints,
                         EndpointSetSettings settings, const base::Clock& clock)
    : factory_(std::move(factory)), settings_(std::move(settings)), clock_(&clock) {
  Update(std::move(endpoints));
}

void EndpointSet::Configure(PolicyFactory factory, EndpointSetSettings settings) {
  factory_ = std::move(factory);
  settings_ = std::move(settings);
  policies_.clear();
  picker_ = nullptr;
}

bool EndpointSet::Update(std::vector<EndpointPtr> endpoints) {
  endpoints = Subset(std::move(endpoints), settings_.subset_size, settings_.subset_seed);
  std::unordered_map<const Endpoint*, State> states;
  states.reserve(endpoints.size());
  for (const EndpointPtr& each : endpoints) {
    const auto known = states_.find(each.get());
    states.emplace(each.get(), known == states_.end() ? State{} : known->second);
  }
  const bool changed = endpoints != endpoints_;
  states_ = std::move(states);
  endpoints_ = std::move(endpoints);
  if (changed) picker_ = nullptr;
  return changed;
}

bool EndpointSet::ConnectionsChanged(const Endpoint& endpoint, int change) {
  const bool first = change > 0 && Connections(endpoint) == 0;
  if (first) endpoint.signals().reported.Restart();
  return Apply(endpoint, [change](State& state) {
    state.connections += change;
    CHECK(state.connections >= 0);
  });
}

bool EndpointSet::SetHealth(const Endpoint& endpoint, Health health) {
  return Apply(endpoint, [health](State& state) { state.health = health; });
}

bool EndpointSet::Eject(const Endpoint& endpoint) {
  return Apply(endpoint, [](State& state) { state.ejected = true; });
}

bool EndpointSet::Return(const Endpoint& endpoint) {
  return Apply(endpoint, [](State& state) { state.ejected = false; });
}

bool EndpointSet::Drain(const Endpoint& endpoint) {
  return Apply(endpoint, [](State& state) { state.draining = true; });
}

bool EndpointSet::Undrain(const Endpoint& endpoint) {
  return Apply(endpoint, [](State& state) { state.draining = false; });
}

bool EndpointSet::SetWeight(Endpoint& endpoint, uint32_t weight) {
  if (endpoint.weight() == weight) return false;
  endpoint.set_weight(weight);
  picker_ = nullptr;
  return true;
}

template <typename Change>
bool EndpointSet::Apply(const Endpoint& endpoint, Change change) {
  const auto state = states_.find(&endpoint);
  CHECK(state != states_.end());
  const bool was_eligible = IsEligible(endpoint);
  const bool was_usable = IsUsable(endpoint);
  change(state->second);
  const bool is_eligible = IsEligible(endpoint);
  // An endpoint that panic alone let in matters too: its loss changes who is picked.
  if (was_eligible == is_eligible && was_usable == IsUsable(endpoint)) return false;
  if (was_eligible != is_eligible) {
    endpoint.set_warming_since(
        is_eligible && settings_.slow_start.window.count() > 0 ? Now() : base::Time{});
  }
  picker_ = nullptr;
  return true;
}

bool EndpointSet::Refresh() {
  const bool deals_anew = std::ranges::any_of(
      policies_, [](const auto& each) { return each.second->RefreshPeriod().has_value(); });
  if (!deals_anew) return false;
  picker_ = nullptr;
  return true;
}

std::optional<base::Duration> EndpointSet::RefreshPeriod() const {
  if (clock_ == nullptr) return std::nullopt;
  picker();  // makes the policies
  return policies_.empty() ? std::nullopt : policies_.begin()->second->RefreshPeriod();
}

const EndpointSet::State& EndpointSet::StateOf(const Endpoint& endpoint) const {
  static const State kUnknown;
  const auto found = states_.find(&endpoint);
  return found == states_.end() ? kUnknown : found->second;
}

Eligibility EndpointSet::EligibilityOf(const Endpoint& endpoint) const {
  const State& state = StateOf(endpoint);
  if (state.draining) return Eligibility::kDraining;
  if (state.connections == 0) return Eligibility::kNotConnected;
  if (state.health != Health::kServing) return Eligibility::kNotServing;
  if (state.ejected) return Eligibility::kEjected;
  return Eligibility::kEligible;
}

bool EndpointSet::IsUsable(const Endpoint& endpoint) const {
  const State& state = StateOf(endpoint);
  return state.connections > 0 && !state.draining && state.health != Health::kUnanswered;
}

int EndpointSet::Connections(const Endpoint& endpoint) const {
  return StateOf(endpoint).connections;
}

size_t EndpointSet::EligibleCount() const {
  return static_cast<size_t>(std::ranges::count_if(
      endpoints_, [this](const EndpointPtr& each) { return IsEligible(*each); }));
}

bool EndpointSet::InPanic() const {
  const auto usable = static_cast<size_t>(std::ranges::count_if(
      endpoints_, [this](const EndpointPtr& each) { return IsUsable(*each); }));
  const size_t eligible = EligibleCount();
  return eligible < usable && eligible * 100 < usable * settings_.panic_threshold;
}

std::vector<EndpointPtr> EndpointSet::Members() const {
  std::vector<EndpointPtr> members;
  const bool panic = InPanic();
  for (const EndpointPtr& each : endpoints_) {
    if (panic ? IsUsable(*each) : IsEligible(*each)) members.push_back(each);
  }
  return members;
}

Policy& EndpointSet::PolicyOf(const std::string& tier) const {
  std::unique_ptr<Policy>& policy = policies_[tier];
  if (!policy) policy = factory_();
  return *policy;
}

std::shared_ptr<const Picker> EndpointSet::MakePicker() const {
  std::vector<EndpointPtr> members = Members();
  if (!factory_) return PolicyOf(kWholeSet).MakePicker(std::move(members), Now());
  std::vector<Tier> tiers = MakeTiers(endpoints_, members, settings_.tiers);
  if (tiers.empty()) return PolicyOf("priority 0").MakePicker({}, Now());
  std::vector<std::shared_ptr<const Picker>> pickers;
  for (const Tier& each : tiers) {
    pickers.push_back(PolicyOf(each.name).MakePicker(each.endpoints, Now()));
  }
  if (tiers.size() == 1) return pickers.front();
  return PickAcrossTiers(std::move(tiers), std::move(pickers));
}

bool EndpointSet::IsAnyWarming() const {
  const base::Duration window = settings_.slow_start.window;
  return window.count() > 0 && std::ranges::any_of(endpoints_, [&](const EndpointPtr& each) {
           return each->warming_since() != base::Time{} && Now() - each->warming_since() < window;
         });
}

const std::shared_ptr<const Picker>& EndpointSet::picker() const {
  if (!picker_) {
    picker_ = MakePicker();
    if (IsAnyWarming()) picker_ = SlowStart::Around(std::move(picker_), settings_.slow_start);
  }
  return picker_;
}

Explanation EndpointSet::Explain(const CallFacts& call, base::Random& random) const {
  Explanation why = picker()->Explain(call, random);
  const bool panic = InPanic();
  for (const EndpointPtr& each : endpoints_) {
    const Eligibility eligibility = EligibilityOf(*each);
    if (call.Avoids(*each)) {
      why.excluded.push_back({each, "avoided by the call"});
    } else if (panic ? !IsUsable(*each) : eligibility != Eligibility::kEligible) {
      why.excluded.push_back({each, std::string(EligibilityName(eligibility))});
    }
  }
  if (panic) {
    why.notes.push_back("panic: only " + std::to_string(EligibleCount()) + " of " +
                        std::to_string(endpoints_.size()) +
                        " endpoints are eligible, health is ignored");
  }
  return why;
}

}  // namespace evenkeel::balancer
