// Where the endpoints of a cluster come from, when they are not listed in the file itself.
//
// Part of Config; read by discovery_reader.cc.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "lib/base/address.h"

namespace evenkeel::config {

/// `dns:///name:port` or `dns+srv:///_service._proto.name`.
struct DnsName {
  enum class Records {
    kAddresses,  ///< A and AAAA
    kServices,   ///< SRV (RFC 2782), then A and AAAA of each target
  };
  Records records = Records::kAddresses;
  std::string name;
  uint16_t port = 0;  ///< kAddresses only, 1 to 65535
  bool operator==(const DnsName&) const = default;

  /// The form that is configured.
  std::string ToString() const;
};

/// A file with a list of endpoints, read by LoadEndpoints.
struct EndpointsFile {
  std::string path;
  bool operator==(const EndpointsFile&) const = default;
};

/// How names are looked up. `dns:` of a cluster. For names in a list or a file: `resolvers`,
/// `timeout` and `family`.
struct Dns {
  /// Which addresses of a name are used.
  enum class Family {
    kAll,
    kIpv4,
    kIpv6,
  };
  Family family = Family::kAll;
  /// Asked in turn when one fails; empty: those of /etc/resolv.conf. IP addresses.
  std::vector<base::Address> resolvers;
  /// A shorter time to live in an answer counts as this. 100 ms to 1 h.
  std::chrono::milliseconds min_ttl{1000};
  /// A longer one counts as this. 1 s to 24 h.
  std::chrono::milliseconds max_ttl{60'000};
  /// Share of the time to live by which a refresh may come early, so that sidecars do not ask in
  /// step. 0 to 0.5.
  double jitter = 0.1;
  /// For one resolver to answer. 10 ms to 1 min.
  std::chrono::milliseconds timeout{2000};
  /// After a failure the next try comes between `min_ttl` and this, later each time. 100 ms to 1 h.
  std::chrono::milliseconds max_retry{30'000};
  bool operator==(const Dns&) const = default;
};

/// std::monostate: they are listed, Cluster::endpoints has them.
using EndpointOrigin = std::variant<std::monostate, DnsName, EndpointsFile>;

}  // namespace evenkeel::config
