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
#include "lib/config/bounds.h"

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
  /// A shorter time to live in an answer counts as this.
  std::chrono::milliseconds min_ttl{1000};
  static constexpr Durations kMinTtl{std::chrono::milliseconds(100), std::chrono::hours(1)};
  /// A longer one counts as this.
  std::chrono::milliseconds max_ttl{60'000};
  static constexpr Durations kMaxTtl{std::chrono::seconds(1), std::chrono::hours(24)};
  /// Share of the time to live by which a refresh may come early, so that sidecars do not ask in
  /// step.
  double jitter = 0.1;
  static constexpr Decimals kJitter{0, 0.5};
  /// For one resolver to answer.
  std::chrono::milliseconds timeout{2000};
  static constexpr Durations kTimeout{std::chrono::milliseconds(10), std::chrono::minutes(1)};
  /// After a failure the next try comes between `min_ttl` and this, later each time.
  std::chrono::milliseconds max_retry{30'000};
  static constexpr Durations kMaxRetry{std::chrono::milliseconds(100), std::chrono::hours(1)};
  bool operator==(const Dns&) const = default;
};

/// std::monostate: they are listed, Cluster::endpoints has them.
using EndpointOrigin = std::variant<std::monostate, DnsName, EndpointsFile>;

}  // namespace evenkeel::config
