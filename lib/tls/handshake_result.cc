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
    {"ok", "TLS: ok"},
    {"no_certificate", "TLS: the peer has shown no certificate"},
    {"untrusted", "TLS: the certificate is signed by nobody that is trusted"},
    {"expired", "TLS: the certificate has expired"},
    {"not_yet_valid", "TLS: the certificate is not yet valid"},
    {"revoked", "TLS: the certificate is revoked"},
    {"wrong_purpose", "TLS: the certificate is for another purpose"},
    {"wrong_name", "TLS: the certificate is for another name"},
    {"bad_certificate", "TLS: the certificate is not acceptable"},
    {"no_alpn", "TLS: the peer does not speak HTTP/2 (no h2 by ALPN)"},
    {"unknown_name", "TLS: the peer asked for a name that is not served"},
    {"no_common_parameters", "TLS: no version, cipher suite or signature in common"},
    {"refused_by_peer", "TLS: the peer refused the handshake"},
    {"not_tls", "TLS: the peer does not speak TLS"},
    {"closed", "TLS: the peer closed the connection in the handshake"},
    {"timeout", "TLS: the handshake took too long"},
    {"abuse", "TLS: the peer asked for more than a connection needs"},
    {"protocol_error", "TLS: the peer broke the protocol"},
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
