// PolicySettings: any policy with its settings, and the factory that makes it.
//
// Adding a policy means adding its settings and its name in config/policy.h, and one line to
// MakePolicy here.
#pragma once

#include <memory>
#include <string_view>
#include <variant>

#include "balancer/least_request.h"
#include "balancer/maglev.h"
#include "balancer/peak_ewma.h"
#include "balancer/pick_first.h"
#include "balancer/policy.h"
#include "balancer/prequal.h"
#include "balancer/random_choice.h"
#include "balancer/ring_hash.h"
#include "balancer/round_robin.h"
#include "balancer/weighted_round_robin.h"

namespace evenkeel::balancer {

using PolicySettings = config::Policy;
using config::PolicyName;

/// The settings with their defaults; nothing for an unknown name.
inline std::optional<PolicySettings> DefaultPolicySettings(std::string_view name) {
  return config::DefaultPolicy(name);
}

/// What of a call a hash policy needs in CallFacts::hash_key; nothing for all others.
const HashInput* HashInputOf(const PolicySettings& settings);

/// `random` seeds phases and shuffles. The settings must be within their documented ranges.
std::unique_ptr<Policy> MakePolicy(const PolicySettings& settings, base::Random& random);

}  // namespace evenkeel::balancer
