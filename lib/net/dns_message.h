// DnsMessage: the records of one DNS answer (RFC 1035, RFC 3596, RFC 2782), out of its bytes.
//
// Pure; whoever sent the bytes may have sent anything.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "lib/net/socket_address.h"

namespace evenkeel::net {

struct DnsRecords {
  struct Service {
    std::string target;  ///< without the final dot; empty: the service is decidedly not here
    uint16_t port;
    uint16_t priority;
    uint16_t weight;
  };

  std::vector<SocketAddress> addresses;  ///< of A and AAAA records; their ports are 0
  std::vector<Service> services;
  uint32_t ttl = UINT32_MAX;  ///< the least of all records, aliases (CNAME) included
  bool truncated = false;     ///< the datagram did not hold them all
};

/// Nothing: the message is malformed.
std::optional<DnsRecords> ParseDns(std::span<const uint8_t> message);

/// Whether something can listen there that others may connect to: not 0.0.0.0, ::, broadcast or
/// multicast, which name servers that block a name give as its address.
bool IsUsable(const SocketAddress& address);

}  // namespace evenkeel::net
