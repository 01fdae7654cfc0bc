#include "lib/jwt/key_set.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "lib/jwt/base64url.h"
#include "lib/jwt/strict_json.h"

namespace evenkeel::jwt {
namespace {

using base::Error;
using base::Result;
using nlohmann::json;

// What a member has in base64url; empty where it has none, or is none.
std::string BytesIn(const json& key, const char* name) {
  const auto text = TextIn(key, name);
  return text ? DecodeBase64Url(*text).value_or("") : "";
}

bool ChecksSignatures(const json& key) {
  if (key.contains("use") && TextIn(key, "use") != "sig") return false;
  if (!key.contains("key_ops")) return true;
  const json& uses = key["key_ops"];
  return uses.is_array() && std::find(uses.begin(), uses.end(), "verify") != uses.end();
}

bool IsOfKnownKind(const json& key) {
  const auto kind = TextIn(key, "kty");
  return kind == "RSA" || kind == "EC" || (kind == "OKP" && TextIn(key, "crv") == "Ed25519");
}

Result<tls::SignatureKey, std::string> KeyOf(const json& key) {
  const auto kind = TextIn(key, "kty");
  if (kind == "RSA") return tls::SignatureKey::Rsa(BytesIn(key, "n"), BytesIn(key, "e"));
  if (kind == "OKP") return tls::SignatureKey::Ed25519(BytesIn(key, "x"));
  return tls::SignatureKey::Ec(TextIn(key, "crv").value_or(""), BytesIn(key, "x"),
                               BytesIn(key, "y"));
}

}  // namespace

Result<KeySet, std::string> KeySet::Parse(std::string_view text) {
  const auto parsed = ParseStrictly(text);
  if (!parsed || !parsed->contains("keys") || !(*parsed)["keys"].is_array()) {
    return Error(std::string("is no JSON Web Key Set: it needs {\"keys\": […]}"));
  }
  KeySet set;
  size_t number = 0;
  for (const json& each : (*parsed)["keys"]) {
    if (++number > kMostKeys) {
      return Error("has more than " + std::to_string(kMostKeys) + " keys");
    }
    if (!each.is_object() || !ChecksSignatures(each) || !IsOfKnownKind(each)) continue;
    std::optional<tls::SignatureAlgorithm> algorithm;
    if (each.contains("alg")) {
      algorithm = tls::SignatureAlgorithmNamed(TextIn(each, "alg").value_or(""));
      if (!algorithm) continue;  // for something else
    }
    auto key = KeyOf(each);
    const std::string subject = "has a key, number " + std::to_string(number) + ", that ";
    if (!key) return Error(subject + key.error());
    if (algorithm && !key->Fits(*algorithm)) return Error(subject + "does not fit its alg");
    std::optional<std::string> kid;
    if (const auto name = TextIn(each, "kid")) kid = *name;
    set.keys_.push_back({std::move(kid), algorithm, std::move(*key)});
  }
  if (set.keys_.empty()) return Error(std::string("has no key that checks signatures"));
  return set;
}

const tls::SignatureKey* KeySet::Find(tls::SignatureAlgorithm algorithm,
                                      std::optional<std::string_view> kid) const {
  const tls::SignatureKey* found = nullptr;
  for (const Key& each : keys_) {
    if (kid && each.kid != *kid) continue;
    if (!each.key.Fits(algorithm) || (each.algorithm && *each.algorithm != algorithm)) continue;
    if (found != nullptr) return nullptr;
    found = &each.key;
  }
  return found;
}

}  // namespace evenkeel::jwt
