#include "lib/authz/authenticator.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <utility>

#include "lib/http/same_text.h"

namespace evenkeel::authz {
namespace {

constexpr std::string_view kAuthorization = "authorization";
constexpr std::string_view kScheme = "bearer ";

uint64_t NextId() {
  static std::atomic<uint64_t> last{0};
  return ++last;
}

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

std::optional<TokenBook> BookOf(const config::Authentication& authentication) {
  if (!authentication.bearer_tokens) return std::nullopt;
  return std::optional<TokenBook>(std::in_place, *authentication.bearer_tokens);
}

std::optional<jwt::Verifier> VerifierOf(const config::Authentication& authentication) {
  if (authentication.jwt.empty()) return std::nullopt;
  return std::optional<jwt::Verifier>(std::in_place, authentication.jwt);
}

Authenticator::Outcome OutcomeOf(jwt::Refusal refusal) {
  using Outcome = Authenticator::Outcome;
  switch (refusal) {
    case jwt::Refusal::kMalformed:
      return Outcome::kMalformed;
    case jwt::Refusal::kUnknownIssuer:
      return Outcome::kUnknownIssuer;
    case jwt::Refusal::kNoKey:
      return Outcome::kNoKey;
    case jwt::Refusal::kBadSignature:
      return Outcome::kBadSignature;
    case jwt::Refusal::kExpired:
      return Outcome::kExpired;
    case jwt::Refusal::kNotYetValid:
      return Outcome::kNotYetValid;
    case jwt::Refusal::kWrongAudience:
      break;
  }
  return Outcome::kWrongAudience;
}

// A claim may hold anything, and metadata may not: what it may not have is percent-encoded (RFC
// 3986), and so is a percent sign.
std::string MetadataOf(const std::vector<std::string>& values) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string text;
  for (const std::string& value : values) {
    if (&value != values.data()) text += ',';
    for (const char c : value) {
      if (c > ' ' && c <= '~' && c != '%') {
        text += c;
      } else {
        const auto byte = static_cast<unsigned char>(c);
        text.append(1, '%').append(1, kDigits[byte >> 4]).append(1, kDigits[byte & 15]);
      }
    }
  }
  return text;
}

const jwt::Claim* FindClaim(const std::vector<jwt::Claim>& claims, std::string_view name) {
  const auto found = std::ranges::find(claims, name, &jwt::Claim::name);
  return found == claims.end() ? nullptr : &*found;
}

// When a token that is good until then, by the wall clock, is good no longer, by the loop's.
base::Time EndOf(std::chrono::sys_seconds expires, std::chrono::system_clock::time_point wall,
                 base::Time now) {
  constexpr auto kLongest = std::chrono::hours(24);  // the wall clock may be set meanwhile
  const auto left = std::min<std::chrono::system_clock::duration>(expires - wall, kLongest);
  return now + std::chrono::duration_cast<base::Duration>(left);
}

}  // namespace

std::string_view Authenticator::NameOf(Outcome outcome) {
  constexpr std::string_view kNames[kOutcomeCount] = {
      "known",  "anonymous",     "missing", "malformed",     "unknown",       "unknown_issuer",
      "no_key", "bad_signature", "expired", "not_yet_valid", "wrong_audience"};
  return kNames[static_cast<size_t>(outcome)];
}

std::optional<std::string_view> BearerTokenIn(std::string_view value) {
  if (value.size() <= kScheme.size() ||
      !std::ranges::equal(value.substr(0, kScheme.size()), kScheme, {}, Lower)) {
    return std::nullopt;
  }
  std::string_view token = value.substr(kScheme.size());
  token.remove_prefix(std::min(token.find_first_not_of(' '), token.size()));
  if (token.empty() || token.size() > Authenticator::kMaxToken) return std::nullopt;
  return token;
}

Authenticator::Authenticator(const config::Authentication& authentication)
    : id_(NextId()),
      settings_(authentication),
      tokens_(BookOf(authentication)),
      verifier_(VerifierOf(authentication)) {
  if (tokens_ && !settings_.bearer_tokens->name_to_metadata.empty()) {
    told_.push_back(settings_.bearer_tokens->name_to_metadata);
  }
  for (const config::JwtIssuer& issuer : settings_.jwt) {
    for (const auto& each : issuer.claims_to_metadata) told_.push_back(each.metadata);
  }
}

// What the client says of itself goes first of all: nobody may take it for ours.
Authenticator::Result Authenticator::Authenticate(http2::HeaderList& request, CallerCache& cache,
                                                  base::Time now) const {
  for (const std::string& each : told_) request.Remove(each);
  Result result = Judge(request, cache, now);
  if (!result.caller) return result;
  if (!settings_.forward) request.Remove(kAuthorization);
  for (const config::Metadata& each : result.caller->told) request.Add(each.name, each.value);
  return result;
}

Authenticator::Result Authenticator::Judge(const http2::HeaderList& request, CallerCache& cache,
                                           base::Time now) const {
  std::string_view credential;
  size_t count = 0;
  for (const http2::HeaderField field : request) {
    if (!http2::SameText(field.name, kAuthorization)) continue;
    credential = field.value;
    ++count;
  }
  if (count == 0) return {settings_.required ? Outcome::kMissing : Outcome::kAnonymous, {}};
  const auto token = count == 1 ? BearerTokenIn(credential) : std::nullopt;
  if (!token) return {Outcome::kMalformed, {}};
  if (const CallerPtr* known = cache.Find(id_, *token, now)) return {Outcome::kKnown, *known};
  return LookAt(*token, cache, now);
}

Authenticator::Result Authenticator::LookAt(std::string_view token, CallerCache& cache,
                                            base::Time now) const {
  if (const std::string* name = tokens_ ? tokens_->Find(token) : nullptr) {
    CallerPtr caller = BearerOf(*name);
    cache.Keep(id_, token, caller, base::Time::max());
    return {Outcome::kKnown, std::move(caller)};
  }
  // What has no dot is no JSON Web Token that somebody got wrong.
  if (!verifier_ || token.find('.') == std::string_view::npos) return {Outcome::kUnknown, {}};
  const auto wall = std::chrono::system_clock::now();
  const auto good = verifier_->Verify(token, wall);
  if (!good) return {OutcomeOf(good.error()), {}};
  CallerPtr caller = BearerOf(*good);
  cache.Keep(id_, token, caller, EndOf(good->expires, wall, now));
  return {Outcome::kKnown, std::move(caller)};
}

CallerPtr Authenticator::BearerOf(const std::string& name) const {
  auto caller = std::make_unique<Caller>();
  caller->name = name;
  caller->token = name;
  const std::string& metadata = settings_.bearer_tokens->name_to_metadata;
  if (!metadata.empty()) caller->told.push_back({metadata, name});
  return CallerPtr(caller.release());
}

CallerPtr Authenticator::BearerOf(const jwt::GoodToken& token) const {
  auto caller = std::make_unique<Caller>();
  caller->claims = token.claims;
  if (const jwt::Claim* subject = FindClaim(token.claims, "sub")) {
    caller->name = MetadataOf(subject->values);
  }
  for (const auto& each : settings_.jwt[token.issuer].claims_to_metadata) {
    if (const jwt::Claim* claim = FindClaim(token.claims, each.claim)) {
      caller->told.push_back({each.metadata, MetadataOf(claim->values)});
    }
  }
  return CallerPtr(caller.release());
}

}  // namespace evenkeel::authz
