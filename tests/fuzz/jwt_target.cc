#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>

#include "lib/base/check.h"
#include "lib/jwt/base64url.h"
#include "lib/jwt/key_set.h"
#include "lib/jwt/strict_json.h"
#include "lib/jwt/verifier.h"
#include "tests/fuzz/fuzz_target.h"

namespace evenkeel::fuzz {
namespace {

// RFC 7515, appendix A.3.
constexpr char kKeys[] =
    R"({"keys":[{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",)"
    R"("y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]})";

const jwt::Verifier& TheVerifier() {
  static const jwt::Verifier verifier = [] {
    config::JwtIssuer issuer;
    issuer.issuer = "joe";
    issuer.audiences = {"users"};
    issuer.jwks = kKeys;
    return jwt::Verifier({issuer});
  }();
  return verifier;
}

std::string_view TextOf(std::span<const uint8_t> input) {
  return {reinterpret_cast<const char*>(input.data()), input.size()};
}

}  // namespace

// Nobody has the key, so no token is good, but for the one of the standard, which has expired.
void FuzzJwt(std::span<const uint8_t> input) {
  const std::string_view text = TextOf(input);
  const auto at = std::chrono::system_clock::time_point(std::chrono::hours(24 * 365 * 60));
  CHECK(!TheVerifier().Verify(text, at));
  if (const auto bytes = jwt::DecodeBase64Url(text)) CHECK(bytes->size() == text.size() * 3 / 4);
  if (const auto json = jwt::ParseStrictly(text)) CHECK(json->is_object());
}

void FuzzJwks(std::span<const uint8_t> input) {
  const auto set = jwt::KeySet::Parse(TextOf(input));
  if (!set) {
    CHECK(!set.error().empty());
    return;
  }
  CHECK(set->size() > 0 && set->size() <= jwt::KeySet::kMostKeys);
  for (size_t i = 0; i < tls::kSignatureAlgorithmCount; ++i) {
    const auto algorithm = static_cast<tls::SignatureAlgorithm>(i);
    const tls::SignatureKey* const key = set->Find(algorithm, {});
    if (key == nullptr) continue;
    CHECK(key->Fits(algorithm));
    CHECK(!key->Verify(algorithm, "text", std::string(64, '\1')));
  }
}

}  // namespace evenkeel::fuzz
