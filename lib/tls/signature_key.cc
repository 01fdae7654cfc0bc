#include "lib/tls/signature_key.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

namespace evenkeel::tls {
namespace {

using base::Error;
using base::Result;

constexpr int kLeastRsaBits = 2048;
// What a strange key may cost: OpenSSL takes no more either.
constexpr int kMostRsaBits = 16384;

template <typename T, void (*kFree)(T*)>
struct Freer {
  void operator()(T* object) const { kFree(object); }
};
template <typename T, void (*kFree)(T*)>
using Owned = std::unique_ptr<T, Freer<T, kFree>>;

using Number = Owned<BIGNUM, BN_free>;
using Builder = Owned<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free>;
using Params = Owned<OSSL_PARAM, OSSL_PARAM_free>;
using KeyContext = Owned<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;
using DigestContext = Owned<EVP_MD_CTX, EVP_MD_CTX_free>;

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

Number NumberOf(std::string_view bytes) {
  return Number(BN_bin2bn(Bytes(bytes), static_cast<int>(bytes.size()), nullptr));
}

// Null: it makes no key.
EVP_PKEY* KeyOf(const char* type, const Builder& builder) {
  const Params params(OSSL_PARAM_BLD_to_param(builder.get()));
  const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* key = nullptr;
  if (!params || !context || EVP_PKEY_fromdata_init(context.get()) <= 0 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, params.get()) <= 0) {
    ERR_clear_error();
    return nullptr;
  }
  return key;
}

bool IsOnCurve(EVP_PKEY* key) {
  const KeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr));
  const bool is_good = context && EVP_PKEY_public_check(context.get()) == 1;
  ERR_clear_error();
  return is_good;
}

const EVP_MD* DigestOf(SignatureAlgorithm algorithm) {
  switch (algorithm) {
    case SignatureAlgorithm::kRs256:
    case SignatureAlgorithm::kPs256:
    case SignatureAlgorithm::kEs256:
      return EVP_sha256();
    case SignatureAlgorithm::kRs384:
    case SignatureAlgorithm::kPs384:
    case SignatureAlgorithm::kEs384:
      return EVP_sha384();
    case SignatureAlgorithm::kRs512:
    case SignatureAlgorithm::kPs512:
    case SignatureAlgorithm::kEs512:
      return EVP_sha512();
    case SignatureAlgorithm::kEdDsa:
      break;
  }
  return nullptr;  // it has its own
}

bool IsPss(SignatureAlgorithm algorithm) {
  return algorithm == SignatureAlgorithm::kPs256 || algorithm == SignatureAlgorithm::kPs384 ||
         algorithm == SignatureAlgorithm::kPs512;
}

// Of r and s each, in a token; 0: of no curve.
size_t HalfSize(SignatureAlgorithm algorithm) {
  switch (algorithm) {
    case SignatureAlgorithm::kEs256:
      return 32;
    case SignatureAlgorithm::kEs384:
      return 48;
    case SignatureAlgorithm::kEs512:
      return 66;
    default:
      return 0;
  }
}

// A token has r and s as they are, OpenSSL wants them in DER. Empty: it is none.
std::vector<unsigned char> DerOf(std::string_view signature, size_t half) {
  if (signature.size() != 2 * half) return {};
  const Owned<ECDSA_SIG, ECDSA_SIG_free> pair(ECDSA_SIG_new());
  Number r = NumberOf(signature.substr(0, half));
  Number s = NumberOf(signature.substr(half));
  if (!pair || !r || !s || ECDSA_SIG_set0(pair.get(), r.get(), s.get()) != 1) return {};
  r.release();  // the pair has them
  s.release();
  std::vector<unsigned char> der(static_cast<size_t>(i2d_ECDSA_SIG(pair.get(), nullptr)));
  unsigned char* at = der.data();
  i2d_ECDSA_SIG(pair.get(), &at);
  return der;
}

constexpr std::pair<std::string_view, SignatureAlgorithm> kNames[kSignatureAlgorithmCount] = {
    {"RS256", SignatureAlgorithm::kRs256}, {"RS384", SignatureAlgorithm::kRs384},
    {"RS512", SignatureAlgorithm::kRs512}, {"PS256", SignatureAlgorithm::kPs256},
    {"PS384", SignatureAlgorithm::kPs384}, {"PS512", SignatureAlgorithm::kPs512},
    {"ES256", SignatureAlgorithm::kEs256}, {"ES384", SignatureAlgorithm::kEs384},
    {"ES512", SignatureAlgorithm::kEs512}, {"EdDSA", SignatureAlgorithm::kEdDsa},
};

}  // namespace

std::string_view SignatureAlgorithmName(SignatureAlgorithm algorithm) {
  return kNames[static_cast<size_t>(algorithm)].first;
}

std::optional<SignatureAlgorithm> SignatureAlgorithmNamed(std::string_view name) {
  for (const auto& [known, algorithm] : kNames) {
    if (known == name) return algorithm;
  }
  return std::nullopt;
}

SignatureKey::SignatureKey(Family family, evp_pkey_st* key)
    : family_(family), key_(key, EVP_PKEY_free) {}

Result<SignatureKey, std::string> SignatureKey::Rsa(std::string_view modulus,
                                                    std::string_view exponent) {
  const Number n = NumberOf(modulus);
  const Number e = NumberOf(exponent);
  const Builder builder(OSSL_PARAM_BLD_new());
  if (!n || !e || !builder) return Error(std::string("is no RSA key"));
  const int bits = BN_num_bits(n.get());
  if (bits < kLeastRsaBits || bits > kMostRsaBits) {
    return Error("is an RSA key of " + std::to_string(bits) + " bits; " +
                 std::to_string(kLeastRsaBits) + " to " + std::to_string(kMostRsaBits) +
                 " are taken");
  }
  if (BN_is_odd(e.get()) == 0 || BN_num_bits(e.get()) < 2 || BN_num_bits(e.get()) > 64) {
    return Error(std::string("is an RSA key with an exponent that no key has"));
  }
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get());
  EVP_PKEY* const key = KeyOf("RSA", builder);
  if (key == nullptr) return Error(std::string("is no RSA key"));
  return SignatureKey(Family::kRsa, key);
}

Result<SignatureKey, std::string> SignatureKey::Ec(std::string_view curve, std::string_view x,
                                                   std::string_view y) {
  struct Curve {
    std::string_view name;
    const char* group;
    size_t size;
    Family family;
  };
  static constexpr Curve kCurves[] = {{"P-256", "prime256v1", 32, Family::kP256},
                                      {"P-384", "secp384r1", 48, Family::kP384},
                                      {"P-521", "secp521r1", 66, Family::kP521}};
  const auto* const known = std::ranges::find(kCurves, curve, &Curve::name);
  if (known == std::end(kCurves)) return Error(std::string("is on no curve that is taken"));
  if (x.size() != known->size || y.size() != known->size) {
    return Error(std::string("has no point of its curve"));
  }
  const std::string point = '\x04' + std::string(x) + std::string(y);  // as it is (SEC 1)
  const Builder builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, known->group, 0);
  OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                   point.size());
  EVP_PKEY* const key = KeyOf("EC", builder);
  if (key == nullptr) return Error(std::string("has no point of its curve"));
  SignatureKey result(known->family, key);
  if (!IsOnCurve(key)) return Error(std::string("has no point of its curve"));
  return result;
}

Result<SignatureKey, std::string> SignatureKey::Ed25519(std::string_view key) {
  EVP_PKEY* const made =
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, Bytes(key), key.size());
  ERR_clear_error();
  if (made == nullptr) return Error(std::string("is no Ed25519 key"));
  return SignatureKey(Family::kEd25519, made);
}

bool SignatureKey::Fits(SignatureAlgorithm algorithm) const {
  switch (algorithm) {
    case SignatureAlgorithm::kEs256:
      return family_ == Family::kP256;
    case SignatureAlgorithm::kEs384:
      return family_ == Family::kP384;
    case SignatureAlgorithm::kEs512:
      return family_ == Family::kP521;
    case SignatureAlgorithm::kEdDsa:
      return family_ == Family::kEd25519;
    default:
      return family_ == Family::kRsa;
  }
}

bool SignatureKey::Verify(SignatureAlgorithm algorithm, std::string_view message,
                          std::string_view signature) const {
  if (!Fits(algorithm)) return false;
  std::vector<unsigned char> bytes(signature.begin(), signature.end());
  if (const size_t half = HalfSize(algorithm); half > 0) bytes = DerOf(signature, half);
  if (bytes.empty()) return false;
  const DigestContext context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* parameters = nullptr;  // the context's
  bool is_good = context && EVP_DigestVerifyInit(context.get(), &parameters, DigestOf(algorithm),
                                                 nullptr, key_.get()) == 1;
  if (is_good && IsPss(algorithm)) {
    is_good = EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING) == 1 &&
              EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, RSA_PSS_SALTLEN_DIGEST) == 1;
  }
  is_good = is_good && EVP_DigestVerify(context.get(), bytes.data(), bytes.size(), Bytes(message),
                                        message.size()) == 1;
  ERR_clear_error();
  return is_good;
}

}  // namespace evenkeel::tls
