// TokensOf, NameOf: bearer tokens of a test, and who was found.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "lib/config/access.h"
#include "lib/tls/sha256.h"

namespace evenkeel::authz {

/// Pairs of a name and a token.
inline config::BearerTokens TokensOf(
    const std::vector<std::pair<std::string, std::string>>& named) {
  config::BearerTokens tokens;
  for (const auto& [name, token] : named) tokens.tokens.push_back({name, tls::Sha256(token)});
  return tokens;
}

inline std::string NameOf(const std::string* name) { return name == nullptr ? "nobody" : *name; }

}  // namespace evenkeel::authz
