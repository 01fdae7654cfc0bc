// What is asked of DNS, and what it answers, as values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/clock.h"
#include "lib/net/socket_address.h"

namespace evenkeel::net {

struct DnsQuestion {
  enum class Records {
    kAddresses,  ///< A and AAAA
    kServices,   ///< SRV, then A and AAAA of the targets
  } records;
  std::string name;
  uint16_t port = 0;  ///< of the endpoints; kAddresses only
};

struct DnsSettings {
  enum class Family {
    kAll,
    kIpv4,  ///< A alone
    kIpv6,  ///< AAAA alone
  };
  std::vector<SocketAddress> resolvers;  ///< empty: those of resolv.conf
  base::Duration timeout;                ///< for a resolver's answer
  Family family = Family::kAll;
};

struct DnsFailure {
  enum class Kind { kNoSuchName, kNoRecords, kTimeout, kRefused, kOther } kind;
  std::string reason;  ///< "users.example: Domain name not found"
};

struct DnsAnswer {
  struct Endpoint {
    SocketAddress address;
    uint16_t priority = 0;  ///< lower is used first
    uint16_t weight = 0;    ///< 0: as little as possible
  };
  /// What is not known beside the endpoints.
  struct Gap {
    /// The address family without an answer; AF_UNSPEC: endpoints of any may be missing.
    int family;
    DnsFailure why;
  };
  std::vector<Endpoint> endpoints;  ///< at least one
  base::Duration ttl;               ///< the least of all records that led here
  std::optional<Gap> gap;           ///< nothing: these are all
};

}  // namespace evenkeel::net
