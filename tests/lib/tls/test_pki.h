// TestPki: authorities and certificates made in memory, for tests of TLS.
#pragma once

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string>

#include "lib/config/tls.h"
#include "lib/tls/pem.h"

namespace evenkeel::tls {

/// What a certificate is to say.
struct CertificateWish {
  std::string common_name = "test";
  std::string names{};         ///< "DNS:a.example,IP:10.0.0.1,URI:spiffe://a/b"; empty: none
  std::string purpose{};       ///< "serverAuth"; empty: any
  long from_seconds = -3600;   ///< from now
  long until_seconds = 86400;  ///< from now
  bool is_ca = false;
};

class TestPki {
 public:
  /// An authority; signed by itself.
  explicit TestPki(const std::string& name = "authority") : key_(EVP_EC_gen("P-256")) {
    certificate_ = Sign({.common_name = name, .is_ca = true}, key_.get());
  }

  /// One that `signer` has signed: fit to sign or not, as `wish` says.
  TestPki(TestPki& signer, const CertificateWish& wish) : key_(EVP_EC_gen("P-256")) {
    certificate_ = signer.Sign(wish, key_.get());
  }

  config::PemFile authority() const { return {"ca.pem", Text(*certificate_)}; }

  config::KeyPair Issue(const CertificateWish& wish) {
    const KeyPtr key(EVP_EC_gen("P-256"));
    return IssueFor(key.get(), wish);
  }
  config::KeyPair IssueFor(EVP_PKEY* key, const CertificateWish& wish) {
    const CertificatePtr made = Sign(wish, key);
    return {{"leaf.pem", Text(*made)}, {"leaf-key.pem", Text(key)}};
  }

 private:
  CertificatePtr Sign(const CertificateWish& wish, EVP_PKEY* key) {
    CertificatePtr made(X509_new());
    X509* const x509 = made.get();
    X509_set_version(x509, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(x509), ++serial_);
    X509_gmtime_adj(X509_getm_notBefore(x509), wish.from_seconds);
    X509_gmtime_adj(X509_getm_notAfter(x509), wish.until_seconds);
    X509_set_pubkey(x509, key);
    X509_NAME* const subject = X509_get_subject_name(x509);
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(wish.common_name.c_str()), -1,
                               -1, 0);
    X509_set_issuer_name(x509, certificate_ ? X509_get_subject_name(certificate_.get()) : subject);
    Extend(x509, NID_basic_constraints, wish.is_ca ? "critical,CA:TRUE" : "CA:FALSE");
    if (!wish.names.empty()) Extend(x509, NID_subject_alt_name, wish.names);
    if (!wish.purpose.empty()) Extend(x509, NID_ext_key_usage, wish.purpose);
    X509_sign(x509, key_.get(), EVP_sha256());
    return made;
  }

  static void Extend(X509* x509, int nid, const std::string& value) {
    X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, nullptr, nid, value.c_str());
    X509_add_ext(x509, extension, -1);
    X509_EXTENSION_free(extension);
  }

  template <typename Write>
  static std::string FromBio(const Write& write) {
    BIO* const bio = BIO_new(BIO_s_mem());
    write(bio);
    char* text = nullptr;
    const auto size = BIO_get_mem_data(bio, &text);
    std::string copy(text, static_cast<size_t>(size));
    BIO_free(bio);
    return copy;
  }
  static std::string Text(X509& certificate) {
    return FromBio([&](BIO* bio) { PEM_write_bio_X509(bio, &certificate); });
  }
  static std::string Text(EVP_PKEY* key) {
    return FromBio([&](BIO* bio) {
      PEM_write_bio_PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr);
    });
  }

  long serial_ = 0;
  KeyPtr key_;
  CertificatePtr certificate_;
};

}  // namespace evenkeel::tls
