// SignatureKey: a public key that signatures of JSON Web Tokens are checked by (RFC 7518, RFC
// 8037).
//
// A key has one family: what it can check is for the key to say, not for who sends a signature.
// Immutable, any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "lib/base/result.h"

struct evp_pkey_st;

namespace evenkeel::tls {

/// RFC 7518, section 3.1; EdDSA with Ed25519 alone (RFC 8037, section 3.1).
enum class SignatureAlgorithm : uint8_t {
  kRs256,
  kRs384,
  kRs512,
  kPs256,
  kPs384,
  kPs512,
  kEs256,
  kEs384,
  kEs512,
  kEdDsa,
};
inline constexpr size_t kSignatureAlgorithmCount = 10;

/// "RS256", …, "EdDSA".
std::string_view SignatureAlgorithmName(SignatureAlgorithm algorithm);
std::optional<SignatureAlgorithm> SignatureAlgorithmNamed(std::string_view name);

class SignatureKey {
 public:
  /// Numbers are big-endian bytes. An error is a sentence without a subject: "is an RSA key of 1024
  /// bits; at least 2048 are needed".
  static base::Result<SignatureKey, std::string> Rsa(std::string_view modulus,
                                                     std::string_view exponent);
  /// `curve`: "P-256", "P-384" or "P-521".
  static base::Result<SignatureKey, std::string> Ec(std::string_view curve, std::string_view x,
                                                    std::string_view y);
  static base::Result<SignatureKey, std::string> Ed25519(std::string_view key);

  /// Whether the key is of the algorithm's family: its type, and its curve.
  bool Fits(SignatureAlgorithm algorithm) const;
  /// Whether `signature`, in the form that tokens have it, is that of `message`. False also where
  /// the key does not fit the algorithm.
  bool Verify(SignatureAlgorithm algorithm, std::string_view message,
              std::string_view signature) const;

 private:
  enum class Family : uint8_t { kRsa, kP256, kP384, kP521, kEd25519 };

  SignatureKey(Family family, evp_pkey_st* key);

  Family family_;
  std::shared_ptr<evp_pkey_st> key_;
};

}  // namespace evenkeel::tls
