// TokenForge: keys made for a test, the tokens that they sign, and the key set that has their
// public halves. Whatever a token or key is to be, also what none may be.
#pragma once

#include <gtest/gtest.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lib/tls/signature_key.h"

namespace evenkeel::jwt {

inline std::string EncodeBase64Url(std::string_view bytes) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string text;
  uint32_t bits = 0;
  int count = 0;
  for (const char c : bytes) {
    bits = bits << 8 | static_cast<unsigned char>(c);
    for (count += 8; count >= 6;) text += kAlphabet[bits >> (count -= 6) & 63];
  }
  if (count > 0) text += kAlphabet[bits << (6 - count) & 63];
  return text;
}

class TokenForge {
 public:
  using Algorithm = tls::SignatureAlgorithm;

  /// A key of the algorithm's family. `rsa_bits`: of RSA keys.
  explicit TokenForge(Algorithm algorithm, unsigned rsa_bits = 2048)
      : algorithm_(algorithm), key_(MakeKey(algorithm, rsa_bits), EVP_PKEY_free) {}

  /// The public key as a member of a key set. `more`: members to add, such as R"("kid":"a")".
  std::string Jwk(const std::string& more = "") const {
    std::string jwk = "{" + Members();
    if (!more.empty()) jwk += "," + more;
    return jwk + "}";
  }
  static std::string SetOf(const std::vector<std::string>& keys) {
    std::string set = "{\"keys\":[";
    for (const std::string& each : keys) set += (set.back() == '[' ? "" : ",") + each;
    return set + "]}";
  }

  std::string Sign(std::string_view message) const {
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                          EVP_MD_CTX_free);
    EVP_PKEY_CTX* parameters = nullptr;
    EXPECT_EQ(EVP_DigestSignInit(context.get(), &parameters, Digest(), nullptr, key_.get()), 1);
    if (IsPss()) {
      EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING);
      EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, RSA_PSS_SALTLEN_DIGEST);
    }
    std::string signature(2048, '\0');
    size_t size = signature.size();
    EXPECT_EQ(
        EVP_DigestSign(context.get(), Bytes(signature), &size,
                       reinterpret_cast<const unsigned char*>(message.data()), message.size()),
        1);
    signature.resize(size);
    return Half() > 0 ? RawOf(signature) : signature;
  }
  /// As OpenSSL makes it: what no token may have of ES256.
  static std::string DerOf(std::string raw) {
    const std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)> pair(ECDSA_SIG_new(),
                                                                     ECDSA_SIG_free);
    const auto half = static_cast<int>(raw.size() / 2);
    ECDSA_SIG_set0(pair.get(), BN_bin2bn(Bytes(raw), half, nullptr),
                   BN_bin2bn(Bytes(raw) + half, half, nullptr));
    std::string der(static_cast<size_t>(i2d_ECDSA_SIG(pair.get(), nullptr)), '\0');
    unsigned char* at = Bytes(der);
    i2d_ECDSA_SIG(pair.get(), &at);
    return der;
  }

  /// A token of these JSON texts. `header` without one: {"alg": the algorithm}.
  std::string Token(std::string_view claims, std::string header = "") const {
    if (header.empty()) {
      header = "{\"alg\":\"" + std::string(tls::SignatureAlgorithmName(algorithm_)) + "\"}";
    }
    const std::string text = EncodeBase64Url(header) + "." + EncodeBase64Url(claims);
    return text + "." + EncodeBase64Url(Sign(text));
  }

 private:
  static EVP_PKEY* MakeKey(Algorithm algorithm, unsigned rsa_bits) {
    switch (algorithm) {
      case Algorithm::kEs256:
        return EVP_EC_gen("P-256");
      case Algorithm::kEs384:
        return EVP_EC_gen("P-384");
      case Algorithm::kEs512:
        return EVP_EC_gen("P-521");
      case Algorithm::kEdDsa:
        return EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
      default:
        return EVP_RSA_gen(rsa_bits);
    }
  }
  const EVP_MD* Digest() const {
    if (algorithm_ == Algorithm::kEdDsa) return nullptr;
    const std::string_view name = tls::SignatureAlgorithmName(algorithm_);
    if (name.ends_with("256")) return EVP_sha256();
    return name.ends_with("384") ? EVP_sha384() : EVP_sha512();
  }
  bool IsPss() const { return tls::SignatureAlgorithmName(algorithm_).starts_with("PS"); }
  int Half() const {
    switch (algorithm_) {
      case Algorithm::kEs256:
        return 32;
      case Algorithm::kEs384:
        return 48;
      case Algorithm::kEs512:
        return 66;
      default:
        return 0;
    }
  }
  std::string RawOf(const std::string& der) const {
    const auto* at = reinterpret_cast<const unsigned char*>(der.data());
    const std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)> pair(
        d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())), ECDSA_SIG_free);
    std::string raw(2 * static_cast<size_t>(Half()), '\0');
    BN_bn2binpad(ECDSA_SIG_get0_r(pair.get()), Bytes(raw), Half());
    BN_bn2binpad(ECDSA_SIG_get0_s(pair.get()), Bytes(raw) + Half(), Half());
    return raw;
  }
  std::string Members() const {
    if (algorithm_ == Algorithm::kEdDsa) {
      std::string key(32, '\0');
      size_t size = key.size();
      EVP_PKEY_get_raw_public_key(key_.get(), Bytes(key), &size);
      return R"("kty":"OKP","crv":"Ed25519","x":")" + EncodeBase64Url(key) + "\"";
    }
    if (Half() == 0) {
      return R"("kty":"RSA","n":")" + Number(OSSL_PKEY_PARAM_RSA_N) + R"(","e":")" +
             Number(OSSL_PKEY_PARAM_RSA_E) + "\"";
    }
    const char* const curve = Half() == 32 ? "P-256" : Half() == 48 ? "P-384" : "P-521";
    return std::string(R"("kty":"EC","crv":")") + curve + R"(","x":")" +
           Number(OSSL_PKEY_PARAM_EC_PUB_X, Half()) + R"(","y":")" +
           Number(OSSL_PKEY_PARAM_EC_PUB_Y, Half()) + "\"";
  }
  std::string Number(const char* name, int size = 0) const {
    BIGNUM* number = nullptr;
    EXPECT_EQ(EVP_PKEY_get_bn_param(key_.get(), name, &number), 1);
    std::string bytes(static_cast<size_t>(size > 0 ? size : BN_num_bytes(number)), '\0');
    BN_bn2binpad(number, Bytes(bytes), static_cast<int>(bytes.size()));
    BN_free(number);
    return EncodeBase64Url(bytes);
  }
  static unsigned char* Bytes(std::string& text) {
    return reinterpret_cast<unsigned char*>(text.data());
  }

  Algorithm algorithm_;
  std::shared_ptr<EVP_PKEY> key_;
};

}  // namespace evenkeel::jwt
