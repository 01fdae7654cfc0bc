// Verifier: whether a JSON Web Token is good, and what it says (RFC 7515, 7519, 8725).
//
// The key decides, not the token: the algorithm has to be of the key's family, and the key is one
// of the issuer's that the token names. What a header says of where a key may be had (jku, jwk,
// x5u, x5c) is not looked at. Immutable, any thread; a token costs tens of microseconds.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/result.h"
#include "lib/config/access.h"
#include "lib/jwt/key_set.h"
#include "lib/tls/signature_key.h"

namespace evenkeel::jwt {

/// What a good token says of one thing. A number or a truth value is its text; of a list each item;
/// `scope` and `scp` are lists by their spaces (RFC 8693, section 4.2). What is deeper is left out.
struct Claim {
  std::string name;
  std::vector<std::string> values;
};

struct GoodToken {
  size_t issuer;  ///< its place in the configuration
  std::vector<Claim> claims;
  std::chrono::sys_seconds expires;  ///< skew included
};

enum class Refusal : uint8_t {
  kMalformed,      ///< no token, or one that has two readings
  kUnknownIssuer,  ///< of nobody whose keys we have
  kNoKey,          ///< the issuer has no such key, or it may not be used so
  kBadSignature,
  kExpired,
  kNotYetValid,
  kWrongAudience,  ///< good, but for somebody else
};
/// "malformed", "unknown_issuer", …: the `reason` label.
std::string_view RefusalName(Refusal refusal);

class Verifier {
 public:
  /// The key sets have been read without an error.
  explicit Verifier(const std::vector<config::JwtIssuer>& issuers);

  base::Result<GoodToken, Refusal> Verify(std::string_view token,
                                          std::chrono::system_clock::time_point now) const;

 private:
  struct Issuer {
    config::JwtIssuer settings;
    KeySet keys;
    std::vector<tls::SignatureAlgorithm> algorithms;  ///< empty: those that the keys are for
  };
  struct Parts;

  const Issuer* FindIssuer(std::string_view name) const;

  std::vector<Issuer> issuers_;
};

}  // namespace evenkeel::jwt
