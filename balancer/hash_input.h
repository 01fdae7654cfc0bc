// HashInput: what of a call the hash policies hash.
#pragma once

#include <string_view>

#include "balancer/policy.h"
#include "lib/config/policy.h"

namespace evenkeel::balancer {

using HashInput = config::HashInput;

/// Empty: the call has none.
inline std::string_view HashKeyOf(const HashInput& input, const CallFacts& call) {
  return input.kind == HashInput::Kind::kPath ? call.path : call.hash_key;
}

}  // namespace evenkeel::balancer
