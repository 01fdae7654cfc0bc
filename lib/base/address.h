// Address: where to listen or connect, as written in the configuration. A value; no look-ups here,
// `net` turns it into socket addresses.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "lib/base/result.h"

namespace evenkeel::base {

class Address {
 public:
  enum class Kind {
    kIpv4,  ///< 10.0.0.1:50051
    kIpv6,  ///< [::1]:50051
    kName,  ///< users.example:50051, to be resolved
    kUnix,  ///< unix:/run/users.sock (absolute or relative path, at most 107 bytes)
  };

  /// 0.0.0.0:0: any IPv4 address, any free port.
  Address() = default;

  /// Parses `host:port`, `[ipv6]:port` or `unix:path`. Port 0 is accepted: it asks for any free
  /// port when listening. Names become lower case and IPv6 addresses take the spelling of RFC
  /// 5952, so two spellings of one address are equal. The error is a sentence that says what was
  /// expected.
  static Result<Address, std::string> Parse(std::string_view text);

  Kind kind() const { return kind_; }
  /// The IP address or name, without brackets; for kUnix the path.
  const std::string& host() const { return host_; }
  /// 0 for kUnix.
  uint16_t port() const { return port_; }
  /// The form that Parse reads.
  std::string ToString() const;

  friend bool operator==(const Address&, const Address&) = default;

 private:
  Address(Kind kind, std::string host, uint16_t port)
      : kind_(kind), host_(std::move(host)), port_(port) {}

  static Result<Address, std::string> ParseUnix(std::string_view path);
  static Result<Address, std::string> ParseHost(std::string host, uint16_t port);

  Kind kind_ = Kind::kIpv4;
  std::string host_ = "0.0.0.0";
  uint16_t port_ = 0;
};

}  // namespace evenkeel::base
