#include "lib/tls/peer_certificate.h"

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <memory>

#include "lib/tls/pem.h"

namespace evenkeel::tls {
namespace {

struct NamesFree {
  void operator()(GENERAL_NAMES* names) const { GENERAL_NAMES_free(names); }
};

// A name as text; empty: it has bytes that no such name may have. A NUL in it would have others
// read only what stands before.
std::string TextOf(const ASN1_IA5STRING* name) {
  const std::string text(reinterpret_cast<const char*>(ASN1_STRING_get0_data(name)),
                         static_cast<size_t>(ASN1_STRING_length(name)));
  const bool good = std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f; });
  return good ? text : "";
}

// Calls `see` with the kind and the text of each URI and DNS name.
template <typename See>
void ForNames(const X509& certificate, const See& see) {
  const std::unique_ptr<GENERAL_NAMES, NamesFree> names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(&certificate, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
    int kind = 0;
    const void* const value = GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(names.get(), i), &kind);
    if (kind != GEN_URI && kind != GEN_DNS) continue;
    if (std::string text = TextOf(static_cast<const ASN1_IA5STRING*>(value)); !text.empty()) {
      see(kind, std::move(text));
    }
  }
}

std::string SubjectOf(const X509& certificate) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new(BIO_s_mem()), &BIO_free);
  X509_NAME_print_ex(bio.get(), X509_get_subject_name(&certificate), 0, XN_FLAG_RFC2253);
  char* text = nullptr;
  const auto length = BIO_get_mem_data(bio.get(), &text);
  return {text, static_cast<size_t>(length)};
}

std::string Hex(const unsigned char* bytes, size_t count) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (size_t i = 0; i < count; ++i) {
    text += kDigits[bytes[i] >> 4];
    text += kDigits[bytes[i] & 15];
  }
  return text;
}

}  // namespace

net::CertificateFacts FactsOf(const x509_st& certificate) {
  net::CertificateFacts facts;
  facts.subject = SubjectOf(certificate);
  ForNames(certificate, [&facts](int kind, std::string text) {
    (kind == GEN_URI ? facts.uri_names : facts.dns_names).push_back(std::move(text));
  });
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  X509_digest(&certificate, EVP_sha256(), digest.data(), &length);
  facts.sha256 = Hex(digest.data(), length);
  facts.not_after = NotAfter(certificate);
  return facts;
}

std::string IdentityOf(const net::CertificateFacts& facts) {
  if (!facts.uri_names.empty()) return facts.uri_names.front();
  return facts.dns_names.empty() ? facts.subject : facts.dns_names.front();
}

bool IsFor(const x509_st& certificate, const std::string& name) {
  auto* const shown = const_cast<X509*>(&certificate);  // OpenSSL caches what it reads of it
  if (name.find("://") != std::string::npos) {
    bool found = false;
    ForNames(certificate, [&](int kind, const std::string& text) {
      found = found || (kind == GEN_URI && text == name);
    });
    return found;
  }
  if (const std::unique_ptr<ASN1_OCTET_STRING, decltype(&ASN1_OCTET_STRING_free)> address(
          a2i_IPADDRESS(name.c_str()), &ASN1_OCTET_STRING_free);
      address != nullptr) {
    return X509_check_ip(shown, ASN1_STRING_get0_data(address.get()),
                         static_cast<size_t>(ASN1_STRING_length(address.get())), 0) == 1;
  }
  constexpr unsigned kFlags =
      X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT;
  return X509_check_host(shown, name.data(), name.size(), kFlags, nullptr) == 1;
}

HandshakeResult ResultOfVerification(int error) {
  switch (error) {
    case X509_V_OK:
      return HandshakeResult::kOk;
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return HandshakeResult::kExpired;
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return HandshakeResult::kNotYetValid;
    case X509_V_ERR_CERT_REVOKED:
      return HandshakeResult::kRevoked;
    case X509_V_ERR_INVALID_PURPOSE:
      return HandshakeResult::kWrongPurpose;
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return HandshakeResult::kWrongName;
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_CERT_UNTRUSTED:
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:  // by one of the same name and another key
      return HandshakeResult::kUntrusted;
    default:
      return HandshakeResult::kBadCertificate;
  }
}

std::string Describe(const x509_st* certificate, int error) {
  const std::string why = X509_verify_cert_error_string(error);
  if (certificate == nullptr) return why;
  std::string facts;
  if (error == X509_V_ERR_CERT_NOT_YET_VALID) {
    facts = "not before " + Utc(NotBefore(*certificate));
  } else {
    facts = "not after " + Utc(NotAfter(*certificate));
  }
  std::string names;
  ForNames(*certificate, [&names](int, const std::string& text) {
    if (names.size() < 200) names += (names.empty() ? "; for " : ", ") + text;
  });
  // Else what it says is the same each time, and needs to be told once.
  if (error == X509_V_ERR_CERT_NOT_YET_VALID || error == X509_V_ERR_CERT_HAS_EXPIRED) {
    facts += "; now is " + Utc(std::chrono::system_clock::now());
  }
  return "certificate " + SubjectOf(*certificate) + " (" + facts + names + "): " + why;
}

}  // namespace evenkeel::tls
