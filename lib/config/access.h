// Who may call what, as configured: credentials of clients, and the rules of a listener or a route.
//
// Plain values, part of config.h's Listener and Route; docs/authorization.md explains the
// behaviour.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/clock.h"
#include "lib/base/network.h"
#include "lib/config/bounds.h"
#include "lib/config/metadata.h"

namespace evenkeel::config {

/// One line of a file of bearer tokens.
struct BearerToken {
  std::string name;  ///< what rules, logs and metrics call it; no other token has it
  std::array<uint8_t, 32> sha256{};  ///< of the token
  bool operator==(const BearerToken&) const = default;
};

/// `bearer_tokens:` of `authentication`. Holds what was read when the configuration was: another
/// text is another configuration.
struct BearerTokens {
  std::string file;  ///< its path, as written
  std::vector<BearerToken> tokens;
  /// The metadata that tells endpoints the token's name; empty: none does.
  std::string name_to_metadata;
  bool operator==(const BearerTokens&) const = default;
};

/// What of a token goes to endpoints.
struct ClaimToMetadata {
  std::string claim;
  std::string metadata;  ///< its name
  bool operator==(const ClaimToMetadata&) const = default;
};

/// An item of `jwt:` of `authentication`: whose JSON Web Tokens are good (RFC 7519).
struct JwtIssuer {
  std::string issuer;                  ///< as its tokens have it in `iss`
  std::vector<std::string> audiences;  ///< one of them is in a token's `aud`
  std::string jwks_file;               ///< its path
  std::string jwks;                    ///< as read: a JSON Web Key Set (RFC 7517)
  /// By their names; empty: those that the keys are for.
  std::vector<std::string> algorithms;
  /// By how much the issuer's clock may differ from ours.
  base::Duration skew = std::chrono::seconds(60);
  static constexpr Durations kSkew{std::chrono::milliseconds(0), std::chrono::hours(1)};
  std::vector<ClaimToMetadata> claims_to_metadata;
  bool operator==(const JwtIssuer&) const = default;
};

/// `authentication:` of a listener.
struct Authentication {
  std::vector<JwtIssuer> jwt;  ///< no issuer twice
  std::optional<BearerTokens> bearer_tokens;
  bool required = true;  ///< a call without a credential is refused
  bool forward = false;  ///< endpoints get the credential, too
  bool operator==(const Authentication&) const = default;
};

/// Which calls are meant: those that all of its lists fit; an empty list fits every call. A pattern
/// is a text, "text*" (what begins so), "*text" (what ends so), or "*" (anything that is there).
struct AccessRule {
  std::string name;  ///< for logs and metrics; no other rule of its Authorization has it
  std::vector<std::string> identities;  ///< patterns; one of the client's names fits one of them
  std::vector<std::string> tokens;      ///< patterns of the names of bearer tokens; one fits
  /// Of a JSON Web Token; values are patterns; of each name one fits one of the token's.
  std::vector<Metadata> claims;
  std::vector<std::string> methods;  ///< patterns of "package.Service/Method"; one fits
  /// Values are patterns; of each name one fits.
  std::vector<Metadata> metadata;
  std::vector<base::Network> addresses;  ///< one of them has the client's address
  bool operator==(const AccessRule&) const = default;
};

/// `authorization:` of a listener or a route. Without any rule every call passes.
struct Authorization {
  std::vector<AccessRule> deny;   ///< what fits one of them is refused
  std::vector<AccessRule> allow;  ///< what fits none of them is refused, too, if there is one
  bool observe = false;           ///< what would be refused is counted, and passes

  bool empty() const { return deny.empty() && allow.empty(); }
  bool operator==(const Authorization&) const = default;
};

}  // namespace evenkeel::config
