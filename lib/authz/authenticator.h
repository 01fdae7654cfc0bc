// Authenticator: who calls, by the credential among the call's metadata.
//
// A credential is "authorization: Bearer TOKEN" (RFC 6750), where the token is one of a file's or a
// JSON Web Token. A call with one that is wrong is refused even where it need have none: who brings
// one means it. Immutable, any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/authz/caller.h"
#include "lib/authz/caller_cache.h"
#include "lib/authz/token_book.h"
#include "lib/base/clock.h"
#include "lib/config/access.h"
#include "lib/http/header_list.h"
#include "lib/jwt/verifier.h"

namespace evenkeel::authz {

class Authenticator {
 public:
  /// Longest token, in bytes.
  static constexpr size_t kMaxToken = 8 * 1024;

  explicit Authenticator(const config::Authentication& authentication);

  enum class Outcome : uint8_t {
    kKnown,
    kAnonymous,      ///< no credential, and none is needed
    kMissing,        ///< this, and all from here on: refused
    kMalformed,      ///< no bearer token, or several; a JSON Web Token that has two readings
    kUnknown,        ///< a token that is none of ours
    kUnknownIssuer,  ///< from here on: a JSON Web Token, refused as jwt::Refusal says
    kNoKey,
    kBadSignature,
    kExpired,
    kNotYetValid,
    kWrongAudience,
  };
  static constexpr size_t kOutcomeCount = 11;
  /// "missing", "malformed", …: the `reason` label.
  static std::string_view NameOf(Outcome outcome);

  struct Result {
    Outcome outcome;
    CallerPtr caller;  ///< null unless it is known
  };
  /// Makes the request as endpoints are to see it: with the credential only where it is to be
  /// forwarded, and with no word about the caller but ours. `now`: of the worker's loop.
  Result Authenticate(http2::HeaderList& request, CallerCache& cache, base::Time now) const;

 private:
  Result Judge(const http2::HeaderList& request, CallerCache& cache, base::Time now) const;
  Result LookAt(std::string_view token, CallerCache& cache, base::Time now) const;
  CallerPtr BearerOf(const std::string& name) const;
  CallerPtr BearerOf(const jwt::GoodToken& token) const;

  const uint64_t id_;  // of no other in the process
  const config::Authentication settings_;
  const std::optional<TokenBook> tokens_;
  const std::optional<jwt::Verifier> verifier_;
  std::vector<std::string> told_;  // the names of all metadata that tells of callers
};

/// The token in a value of `authorization`; nothing where there is none, or one longer than
/// kMaxToken.
std::optional<std::string_view> BearerTokenIn(std::string_view value);

}  // namespace evenkeel::authz
