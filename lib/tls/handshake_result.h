// HandshakeResult: how a TLS handshake ended, or what ended a session later: a class, for metrics
// and for messages that callers see; Session::detail has the rest.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <system_error>

namespace evenkeel::tls {

enum class HandshakeResult : uint8_t {
  kOk,
  kNoCertificate,       ///< the peer had to show one
  kUntrusted,           ///< nobody we trust has signed it
  kExpired,             ///< it, or one that signs it
  kNotYetValid,         ///< likewise
  kRevoked,             ///< likewise
  kWrongPurpose,        ///< it is not for this side of a connection (extended key usage)
  kWrongName,           ///< it is somebody else's
  kBadCertificate,      ///< anything else about it: weak, malformed, a chain too long
  kNoAlpn,              ///< no common protocol by ALPN (RFC 7301): the peer does not offer h2
  kUnknownName,         ///< it asked for a name that we have not (RFC 6066)
  kNoCommonVersion,     ///< of TLS
  kNoCommonParameters,  ///< cipher suite, group or signature
  kRefusedByPeer,       ///< it sent an alert
  kNotTls,              ///< it speaks something else
  kClosed,              ///< it went in the middle of it
  kTimeout,             ///< it took too long
  kAbuse,               ///< it made us do more than a connection needs
  kProtocolError,       ///< anything else that breaks TLS
};
inline constexpr size_t kHandshakeResultCount = 19;

/// "CERTIFICATE_EXPIRED", as a metric's label has it: by gRFC A118, and for what it has no name in
/// its manner.
std::string_view HandshakeResultName(HandshakeResult result);

/// Its values are HandshakeResults; messages: "TLS: the certificate has expired".
const std::error_category& HandshakeCategory();
inline std::error_code ToErrorCode(HandshakeResult result) {
  return {static_cast<int>(result), HandshakeCategory()};
}

}  // namespace evenkeel::tls
