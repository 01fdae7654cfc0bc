// Network: a range of IP addresses, as in "10.0.0.0/8". A value; IPv4 counts as the part of IPv6
// that stands for it (RFC 4291, section 2.5.5.2), so an address has one network form only.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "lib/base/result.h"

namespace evenkeel::base {

class Network {
 public:
  /// 0.0.0.0/0: any IPv4 address.
  Network() = default;

  /// "10.0.0.0/8", "2001:db8::/32", or an address, which is alone in its network. Bits behind the
  /// prefix must be zero. The error is a sentence that says what was expected.
  static Result<Network, std::string> Parse(std::string_view text);

  /// Whether an address is in it: "10.1.2.3", "::1" or "[::1]". Not a text that is none.
  bool Contains(std::string_view host) const;

  /// The form that Parse reads, always with its prefix.
  std::string ToString() const;

  friend bool operator==(const Network&, const Network&) = default;

 private:
  using Bytes = std::array<uint8_t, 16>;
  Network(const Bytes& bytes, unsigned bits) : bytes_(bytes), bits_(bits) {}

  Bytes bytes_{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0};
  unsigned bits_ = 96;  ///< of the prefix, 0 to 128
};

}  // namespace evenkeel::base
