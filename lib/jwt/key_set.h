// KeySet: the public keys of one issuer, as a JSON Web Key Set has them (RFC 7517).
//
// Immutable, any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/result.h"
#include "lib/tls/signature_key.h"

namespace evenkeel::jwt {

class KeySet {
 public:
  /// Most keys of a set.
  static constexpr size_t kMostKeys = 100;

  /// Keys for other uses than to check signatures, and of kinds that are not known, are passed over
  /// (RFC 7517, section 5). An error, a sentence, where it is no key set, where a key that should
  /// be good is not, or where no key is left.
  static base::Result<KeySet, std::string> Parse(std::string_view text);

  /// The key that a token with this algorithm is signed by: of several, the one with `kid`; without
  /// `kid` there must be one that fits only. Null: none.
  const tls::SignatureKey* Find(tls::SignatureAlgorithm algorithm,
                                std::optional<std::string_view> kid) const;
  size_t size() const { return keys_.size(); }

 private:
  struct Key {
    std::optional<std::string> kid;
    std::optional<tls::SignatureAlgorithm> algorithm;  ///< the only one; nothing: any that fits
    tls::SignatureKey key;
  };

  std::vector<Key> keys_;
};

}  // namespace evenkeel::jwt
