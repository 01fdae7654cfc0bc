#include "lib/tls/handshake_result.h"

#include <array>
#include <string>

namespace evenkeel::tls {
namespace {

struct Words {
  std::string_view name;
  std::string_view sentence;
};

constexpr std::array<Words, kHandshakeResultCount> kWords{{
    {"SUCCESS", "TLS: ok"},
    {"NO_CERTIFICATE", "TLS: the peer has shown no certificate"},
    {"CERTIFICATE_AUTHORITY_INVALID", "TLS: the certificate is signed by nobody that is trusted"},
    {"CERTIFICATE_EXPIRED", "TLS: the certificate has expired"},
    {"CERTIFICATE_NOT_YET_VALID", "TLS: the certificate is not yet valid"},
    {"CERTIFICATE_REVOKED", "TLS: the certificate is revoked"},
    {"CERTIFICATE_PURPOSE_MISMATCH", "TLS: the certificate is for another purpose"},
    {"CERTIFICATE_HOSTNAME_MISMATCH", "TLS: the certificate is for another name"},
    {"CERTIFICATE_VERIFICATION_FAILED", "TLS: the certificate is not acceptable"},
    {"NO_APPLICATION_PROTOCOL", "TLS: the peer does not speak HTTP/2 (no h2 by ALPN)"},
    {"UNKNOWN_SERVER_NAME", "TLS: the peer asked for a name that is not served"},
    {"PROTOCOL_VERSION_UNSUPPORTED", "TLS: no version in common"},
    {"CIPHER_SUITE_MISMATCH", "TLS: no cipher suite, group or signature in common"},
    {"REFUSED_BY_PEER", "TLS: the peer refused the handshake"},
    {"NOT_TLS", "TLS: the peer does not speak TLS"},
    {"PEER_CONNECTION_CLOSED", "TLS: the peer closed the connection in the handshake"},
    {"HANDSHAKE_TIMEOUT", "TLS: the handshake took too long"},
    {"ABUSE", "TLS: the peer asked for more than a connection needs"},
    {"UNKNOWN_FAILURE", "TLS: the peer broke the protocol"},
}};

class Category final : public std::error_category {
 public:
  const char* name() const noexcept override { return "tls"; }
  std::string message(int value) const override {
    return std::string(kWords.at(static_cast<size_t>(value)).sentence);
  }
};

}  // namespace

std::string_view HandshakeResultName(HandshakeResult result) {
  return kWords.at(static_cast<size_t>(result)).name;
}

const std::error_category& HandshakeCategory() {
  static const Category category;
  return category;
}

}  // namespace evenkeel::tls
