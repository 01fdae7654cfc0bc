#include "lib/jwt/verifier.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "lib/jwt/base64url.h"
#include "lib/jwt/strict_json.h"

namespace evenkeel::jwt {
namespace {

using base::Error;
using base::Result;
using nlohmann::json;
using Clock = std::chrono::system_clock;

// In the year 2255: later times do not fit the nanoseconds of a clock, and mean "never".
constexpr double kLatest = 9'000'000'000.0;
// The year 10000: what is later is no time.
constexpr double kNoTime = 253'402'300'800.0;

std::optional<json> ObjectIn(std::string_view part) {
  const auto text = DecodeBase64Url(part);
  return text ? ParseStrictly(*text) : std::nullopt;
}

// Nothing: no time. Fractions of a second are cut off.
std::optional<std::chrono::sys_seconds> TimeIn(const json& claims, const char* name) {
  const auto member = claims.find(name);
  if (member == claims.end() || !member->is_number()) return std::nullopt;
  const double seconds = member->get<double>();
  if (!std::isfinite(seconds) || seconds < 0 || seconds > kNoTime) return std::nullopt;
  const auto whole = static_cast<int64_t>(std::min(seconds, kLatest));
  return std::chrono::sys_seconds(std::chrono::seconds(whole));
}

bool IsFor(const json& claims, const std::vector<std::string>& audiences) {
  const auto audience = claims.find("aud");
  if (audience == claims.end()) return false;
  const auto is_ours = [&audiences](const json& each) {
    return each.is_string() &&
           std::ranges::find(audiences, each.get_ref<const std::string&>()) != audiences.end();
  };
  return audience->is_array() ? std::any_of(audience->begin(), audience->end(), is_ours)
                              : is_ours(*audience);
}

std::optional<std::string> ScalarText(const json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number() || value.is_boolean()) return value.dump();
  return std::nullopt;
}

std::vector<std::string> Words(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    if (!word.empty()) words.emplace_back(word);
    text.remove_prefix(std::min(word.size() + 1, text.size()));
  }
  return words;
}

std::vector<Claim> ClaimsOf(const json& object) {
  std::vector<Claim> claims;
  for (const auto& [name, value] : object.items()) {
    Claim claim{name, {}};
    if (value.is_array()) {
      for (const json& each : value) {
        if (auto text = ScalarText(each)) claim.values.push_back(std::move(*text));
      }
    } else if (value.is_string() && (name == "scope" || name == "scp")) {
      claim.values = Words(value.get_ref<const std::string&>());
    } else if (auto text = ScalarText(value)) {
      claim.values.push_back(std::move(*text));
    }
    if (!claim.values.empty()) claims.push_back(std::move(claim));
  }
  return claims;
}

}  // namespace

std::string_view RefusalName(Refusal refusal) {
  switch (refusal) {
    case Refusal::kMalformed:
      return "malformed";
    case Refusal::kUnknownIssuer:
      return "unknown_issuer";
    case Refusal::kNoKey:
      return "no_key";
    case Refusal::kBadSignature:
      return "bad_signature";
    case Refusal::kExpired:
      return "expired";
    case Refusal::kNotYetValid:
      return "not_yet_valid";
    case Refusal::kWrongAudience:
      break;
  }
  return "wrong_audience";
}

// A token's parts, read as far as they say which key it is to be checked by.
struct Verifier::Parts {
  std::string_view text;  // what is signed
  std::string signature;
  tls::SignatureAlgorithm algorithm;
  std::optional<std::string> kid;
  json claims;

  static std::optional<Parts> Of(std::string_view token) {
    const size_t first = token.find('.');
    const size_t second = token.rfind('.');
    if (first == std::string_view::npos || token.find('.', first + 1) != second)
      return std::nullopt;
    const auto header = ObjectIn(token.substr(0, first));
    auto claims = ObjectIn(token.substr(first + 1, second - first - 1));
    auto signature = DecodeBase64Url(token.substr(second + 1));
    if (!header || !claims || !signature || header->contains("crit")) return std::nullopt;
    const auto algorithm = tls::SignatureAlgorithmNamed(TextIn(*header, "alg").value_or(""));
    const auto kid = TextIn(*header, "kid");
    if (!algorithm || (header->contains("kid") && !kid)) return std::nullopt;
    return Parts{token.substr(0, second), std::move(*signature), *algorithm,
                 kid ? std::optional<std::string>(*kid) : std::nullopt, std::move(*claims)};
  }
};

Verifier::Verifier(const std::vector<config::JwtIssuer>& issuers) {
  for (const config::JwtIssuer& each : issuers) {
    auto keys = KeySet::Parse(each.jwks);
    Issuer issuer{each, keys ? std::move(*keys) : KeySet(), {}};
    for (const std::string& name : each.algorithms) {
      if (const auto algorithm = tls::SignatureAlgorithmNamed(name)) {
        issuer.algorithms.push_back(*algorithm);
      }
    }
    issuers_.push_back(std::move(issuer));
  }
}

const Verifier::Issuer* Verifier::FindIssuer(std::string_view name) const {
  for (const Issuer& each : issuers_) {
    if (each.settings.issuer == name) return &each;
  }
  return nullptr;
}

Result<GoodToken, Refusal> Verifier::Verify(std::string_view token, Clock::time_point now) const {
  const auto parts = Parts::Of(token);
  if (!parts) return Error(Refusal::kMalformed);
  const auto name = TextIn(parts->claims, "iss");
  const Issuer* const issuer = name ? FindIssuer(*name) : nullptr;
  if (issuer == nullptr) return Error(Refusal::kUnknownIssuer);
  const auto& algorithms = issuer->algorithms;
  const bool is_taken =
      algorithms.empty() || std::ranges::find(algorithms, parts->algorithm) != algorithms.end();
  const tls::SignatureKey* const key =
      is_taken ? issuer->keys.Find(parts->algorithm, parts->kid) : nullptr;
  if (key == nullptr) return Error(Refusal::kNoKey);
  if (!key->Verify(parts->algorithm, parts->text, parts->signature)) {
    return Error(Refusal::kBadSignature);
  }
  const auto skew = std::chrono::floor<std::chrono::seconds>(issuer->settings.skew);
  const auto expires = TimeIn(parts->claims, "exp");
  if (!expires) return Error(Refusal::kMalformed);
  if (now >= *expires + skew) return Error(Refusal::kExpired);
  if (parts->claims.contains("nbf")) {
    const auto begins = TimeIn(parts->claims, "nbf");
    if (!begins) return Error(Refusal::kMalformed);
    if (now < *begins - skew) return Error(Refusal::kNotYetValid);
  }
  if (!IsFor(parts->claims, issuer->settings.audiences)) return Error(Refusal::kWrongAudience);
  return GoodToken{static_cast<size_t>(issuer - issuers_.data()), ClaimsOf(parts->claims),
                   *expires + skew};
}

}  // namespace evenkeel::jwt
