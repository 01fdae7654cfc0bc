// Caller: who a credential has proved its bearer to be. Belongs to a worker, whose calls share it.
#pragma once

#include <string>
#include <vector>

#include "lib/base/local_ptr.h"
#include "lib/config/metadata.h"
#include "lib/jwt/verifier.h"

namespace evenkeel::authz {

struct Caller final : base::LocalCounted {
  std::string name;   ///< for logs: the name of the bearer token, or a token's `sub`
  std::string token;  ///< the name of the bearer token; empty: it was another credential
  std::vector<jwt::Claim> claims;      ///< of a JSON Web Token
  std::vector<config::Metadata> told;  ///< what endpoints hear
};

using CallerPtr = base::LocalPtr<const Caller>;

}  // namespace evenkeel::authz
