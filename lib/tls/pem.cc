#include "lib/tls/pem.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iterator>
#include <string_view>

namespace evenkeel::tls {
namespace {

using base::Error;
using base::Result;
using config::Complaint;

constexpr std::string_view kBegin = "-----BEGIN ";

struct BioFree {
  void operator()(BIO* bio) const { BIO_free(bio); }
};
using BioPtr = std::unique_ptr<BIO, BioFree>;

BioPtr Reader(std::string_view text) {
  return BioPtr(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

// The place of a byte of the file, for people.
std::string LineOf(const config::PemFile& file, size_t at) {
  const auto end = file.text.begin() + static_cast<std::ptrdiff_t>(std::min(at, file.text.size()));
  return file.path + ":" + std::to_string(1 + std::count(file.text.begin(), end, '\n'));
}

std::string WhatOpensslSays() {
  const char* reason = ERR_reason_error_string(ERR_peek_last_error());
  ERR_clear_error();
  return reason == nullptr ? "malformed" : reason;
}

bool IsBlank(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c == ' ' || c == '\n' || c == '\r'; });
}

// Passwords are nobody's to type here.
int NoPassword(char*, int, int, void*) { return -1; }

std::chrono::system_clock::time_point ToTime(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return {};
  // Without an end is the year 9999 (RFC 5280, section 4.1.2.5), which the clock has not.
  using Clock = std::chrono::system_clock;
  return Clock::from_time_t(std::min(timegm(&parts), Clock::to_time_t(Clock::time_point::max())));
}

std::string SystemFile() {
  if (const char* const named = std::getenv("SSL_CERT_FILE")) return named;
  constexpr std::array kKnown{"/etc/ssl/certs/ca-certificates.crt",
                              "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"};
  for (const char* each : kKnown) {
    if (std::ifstream(each)) return each;
  }
  return X509_get_default_cert_file();
}

Result<StorePtr, Complaint> ReadSystem() {
  config::PemFile file{.path = SystemFile(), .text = {}};
  std::ifstream stream(file.path);
  file.text.assign(std::istreambuf_iterator<char>(stream), {});
  if (!file.text.empty()) return ReadAuthorities(file);
  return Error(Complaint{"the system has no file of trusted certificates (" + file.path + ")",
                         "install ca-certificates, or name a file: ca: …"});
}

}  // namespace

void OpensslFree::operator()(x509_st* certificate) const { X509_free(certificate); }
void OpensslFree::operator()(evp_pkey_st* key) const { EVP_PKEY_free(key); }
void OpensslFree::operator()(x509_store_st* store) const { X509_STORE_free(store); }

Result<std::vector<CertificatePtr>, Complaint> ReadCertificates(const config::PemFile& file) {
  ERR_clear_error();
  const std::string_view text = file.text;
  if (IsBlank(text)) {
    return Error(Complaint{file.path + " is empty", "it needs certificates in PEM"});
  }
  std::vector<CertificatePtr> certificates;
  for (size_t at = text.find(kBegin); at != std::string_view::npos;) {
    const size_t next = text.find(kBegin, at + kBegin.size());
    const std::string_view block = text.substr(at, next - at);
    if (block.starts_with("-----BEGIN CERTIFICATE") || block.starts_with("-----BEGIN X509") ||
        block.starts_with("-----BEGIN TRUSTED")) {
      CertificatePtr certificate(PEM_read_bio_X509(Reader(block).get(), nullptr, NoPassword, {}));
      if (!certificate) {
        return Error(Complaint{
            LineOf(file, at) + ": a certificate that cannot be read: " + WhatOpensslSays(),
            "is the file whole?"});
      }
      certificates.push_back(std::move(certificate));
    }
    at = next;
  }
  if (certificates.empty()) {
    return Error(Complaint{LineOf(file, 0) + ": there is no certificate in the file",
                           "it needs blocks of -----BEGIN CERTIFICATE-----"});
  }
  return certificates;
}

Result<KeyPtr, Complaint> ReadKey(const config::PemFile& file) {
  ERR_clear_error();
  const size_t at = file.text.find(kBegin);
  KeyPtr key(PEM_read_bio_PrivateKey(Reader(file.text).get(), nullptr, NoPassword, nullptr));
  if (key) return key;
  const bool encrypted = file.text.find("ENCRYPTED") != std::string::npos;
  const std::string reason = WhatOpensslSays();
  if (IsBlank(file.text)) {
    return Error(Complaint{file.path + " is empty", "it needs a private key in PEM"});
  }
  const std::string place = LineOf(file, at == std::string::npos ? 0 : at);
  if (encrypted) {
    return Error(Complaint{place + ": the key is encrypted",
                           "write it without a password, and give the file the mode 0400"});
  }
  return Error(Complaint{place + ": a private key that cannot be read: " + reason,
                         "it needs a block of -----BEGIN PRIVATE KEY-----"});
}

Result<StorePtr, Complaint> ReadAuthorities(const config::PemFile& file) {
  auto certificates = ReadCertificates(file);
  if (!certificates) return Error(certificates.error());
  StorePtr store(X509_STORE_new(), OpensslFree());
  for (const CertificatePtr& each : *certificates) X509_STORE_add_cert(store.get(), each.get());
  ERR_clear_error();
  return store;
}

Result<StorePtr, Complaint> SystemAuthorities() {
  static const Result<StorePtr, Complaint> store = ReadSystem();
  return store;
}

std::optional<PairFault> CheckPair(const config::KeyPair& pair) {
  using File = PairFault::File;
  auto chain = ReadCertificates(pair.certificate);
  if (!chain) return PairFault{File::kCertificate, chain.error()};
  const auto key = ReadKey(pair.key);
  if (!key) return PairFault{File::kKey, key.error()};
  if (X509_check_private_key(chain->front().get(), key->get()) != 1) {
    ERR_clear_error();
    return PairFault{
        File::kKey,
        {pair.key.path + " is not the key of the first certificate in " + pair.certificate.path,
         "the file begins with the own certificate; those that sign it follow"}};
  }
  for (size_t i = 1; i < chain->size(); ++i) {
    if (X509_check_issued((*chain)[i].get(), (*chain)[i - 1].get()) == X509_V_OK) continue;
    return PairFault{File::kCertificate,
                     {"certificate " + std::to_string(i + 1) + " in " + pair.certificate.path +
                          " does not sign the one before it",
                      "the own certificate comes first, then the one that signs it, and so on"}};
  }
  return std::nullopt;
}

std::optional<Validity> FirstEnd(const config::PemFile& file) {
  const auto certificates = ReadCertificates(file);
  if (!certificates) return std::nullopt;
  const auto& first = *std::ranges::min_element(
      *certificates, {}, [](const CertificatePtr& each) { return NotAfter(*each); });
  return Validity{NotBefore(*first), NotAfter(*first)};
}

std::optional<Complaint> OutOfTime(const config::PemFile& file) {
  const auto chain = ReadCertificates(file);
  if (!chain) return std::nullopt;
  const X509& certificate = *chain->front();
  const auto now = std::chrono::system_clock::now();
  const std::string subject = "the certificate in " + file.path;
  if (NotAfter(certificate) < now) {
    return Complaint{
        subject + " has expired: not after " + Utc(NotAfter(certificate)) + "; now is " + Utc(now),
        "peers will refuse it; put a new one there"};
  }
  if (NotBefore(certificate) > now) {
    return Complaint{subject + " is not yet valid: not before " + Utc(NotBefore(certificate)) +
                         "; now is " + Utc(now),
                     "peers will refuse it until then; are the clocks right?"};
  }
  return std::nullopt;
}

std::optional<std::chrono::system_clock::time_point> NotAfter(const config::PemFile& file) {
  const auto chain = ReadCertificates(file);
  if (!chain) return std::nullopt;
  return NotAfter(*chain->front());
}

std::chrono::system_clock::time_point NotAfter(const x509_st& certificate) {
  return ToTime(X509_get0_notAfter(&certificate));
}

std::chrono::system_clock::time_point NotBefore(const x509_st& certificate) {
  return ToTime(X509_get0_notBefore(&certificate));
}

std::string Utc(std::chrono::system_clock::time_point time) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text.data();
}

}  // namespace evenkeel::tls
