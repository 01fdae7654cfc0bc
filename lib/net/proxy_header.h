// ProxyHeader: what begins a connection that comes through a load balancer, in the PROXY protocol
// (haproxy doc/proxy-protocol.txt), version 1, a line of text, or 2, in binary: whose connection it
// is. Pure: bytes in, an address out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <system_error>

#include "lib/base/result.h"

namespace evenkeel::net {

struct ProxyHeader {
  size_t size = 0;  ///< in bytes; what follows is the connection's own
  /// The client's IP address as Peer::address has it. Empty: the header names none (LOCAL, UNKNOWN,
  /// no TCP over IP), and the address that the connection comes from is the client's.
  std::string address{};
};

/// Longest header that is read, in bytes: the whole of version 2, whose TLVs may have up to 64 KiB.
inline constexpr size_t kMaxProxyHeader = 1024;

/// Why a connection is refused where it has to begin with a header.
enum class ProxyFault {
  kUntrusted = 1,  ///< it comes from an address whose headers are not believed
  kLate,           ///< no whole header in time
  kCut,            ///< it ended within the header
  kNoHeader,       ///< it begins with something else
  kTooLong,        ///< more than 107 bytes of version 1, or kMaxProxyHeader of version 2
  kMalformed,      ///< the header breaks its rules
  kBadChecksum,    ///< its CRC32c TLV does not fit it
};

/// "PROXY protocol: …" in words.
const std::error_category& ProxyFaults();
inline std::error_code make_error_code(ProxyFault fault) {
  return {static_cast<int>(fault), ProxyFaults()};
}

/// The header that `bytes` begin with. Nothing: they are the first part of one, every byte of them.
base::Result<std::optional<ProxyHeader>, ProxyFault> ReadProxyHeader(
    std::span<const uint8_t> bytes);

}  // namespace evenkeel::net

template <>
struct std::is_error_code_enum<evenkeel::net::ProxyFault> : std::true_type {};
