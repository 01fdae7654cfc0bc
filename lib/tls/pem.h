// Pem: certificates and keys from the texts of their files, and what is wrong with one.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/result.h"
#include "lib/config/complaint.h"
#include "lib/config/tls.h"

struct evp_pkey_st;
struct x509_st;
struct x509_store_st;

namespace evenkeel::tls {

struct OpensslFree {
  void operator()(x509_st* certificate) const;
  void operator()(evp_pkey_st* key) const;
  void operator()(x509_store_st* store) const;
};
using CertificatePtr = std::unique_ptr<x509_st, OpensslFree>;
using KeyPtr = std::unique_ptr<evp_pkey_st, OpensslFree>;
using StorePtr = std::shared_ptr<x509_store_st>;

/// The certificates of a file, in its order; at least one.
base::Result<std::vector<CertificatePtr>, config::Complaint> ReadCertificates(
    const config::PemFile& file);
/// A private key without a password.
base::Result<KeyPtr, config::Complaint> ReadKey(const config::PemFile& file);
/// Whoever the file names is trusted. Parsed once, to be shared by reference.
base::Result<StorePtr, config::Complaint> ReadAuthorities(const config::PemFile& file);
/// The same of whom the system trusts: SSL_CERT_FILE, else the file that Linux distributions have.
/// Parsed at the first call, which takes some 30 ms.
base::Result<StorePtr, config::Complaint> SystemAuthorities();

/// What is wrong with a pair: which of its two files, and what.
struct PairFault {
  enum class File { kCertificate, kKey } file;
  config::Complaint complaint;
};
/// Nothing: the key fits the certificate, and each certificate is signed by the next.
std::optional<PairFault> CheckPair(const config::KeyPair& pair);

struct Validity {
  std::chrono::system_clock::time_point not_before;
  std::chrono::system_clock::time_point not_after;
};
/// Of a file's certificates, the one that ends first; nothing: none can be read.
std::optional<Validity> FirstEnd(const config::PemFile& file);
/// What is wrong with the time of the certificate that a file begins with; nothing: it is valid
/// now, or cannot be read.
std::optional<config::Complaint> OutOfTime(const config::PemFile& file);

/// Until when the first one of a file is valid; nothing: none can be read.
std::optional<std::chrono::system_clock::time_point> NotAfter(const config::PemFile& file);
/// The same, and from when.
std::chrono::system_clock::time_point NotAfter(const x509_st& certificate);
std::chrono::system_clock::time_point NotBefore(const x509_st& certificate);

/// "2026-01-02T03:04:05Z"
std::string Utc(std::chrono::system_clock::time_point time);

}  // namespace evenkeel::tls
