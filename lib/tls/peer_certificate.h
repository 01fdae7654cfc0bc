// PeerCertificate: what is said by the certificate that a peer has shown, and whether it is for a
// name.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lib/net/peer.h"
#include "lib/tls/handshake_result.h"

struct x509_st;

namespace evenkeel::tls {

net::CertificateFacts FactsOf(const x509_st& certificate);

/// Who it proves its owner to be, as gRPC's principals are (gRFC A41): the first URI name, else the
/// first DNS name, else the subject (RFC 2253).
std::string IdentityOf(const net::CertificateFacts& facts);

/// Whether it is for the name, by its alternative names alone: a DNS name (with one `*` as the
/// whole leftmost label), an address by its bytes, a URI byte by byte. Never by the common name.
bool IsFor(const x509_st& certificate, const std::string& name);

/// What an error of X509_verify_cert means.
HandshakeResult ResultOfVerification(int error);
/// "certificate CN=x (not after 2026-01-02T03:04:05Z; now is …): certificate has expired"
std::string Describe(const x509_st* certificate, int error);

}  // namespace evenkeel::tls
