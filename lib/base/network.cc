#include "lib/base/network.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace evenkeel::base {
namespace {

using Bytes = std::array<uint8_t, 16>;

constexpr Bytes kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0};
constexpr unsigned kMappedBits = 96;

std::optional<Bytes> BytesOf(std::string_view text) {
  if (text.starts_with('[') && text.ends_with(']')) text = text.substr(1, text.size() - 2);
  const std::string host(text);
  Bytes bytes = kMapped;
  if (inet_pton(AF_INET, host.c_str(), &bytes[kMappedBits / 8]) == 1) return bytes;
  if (inet_pton(AF_INET6, host.c_str(), bytes.data()) == 1) return bytes;
  return std::nullopt;
}

bool IsMapped(const Bytes& bytes) {
  return std::equal(bytes.begin(), bytes.begin() + kMappedBits / 8, kMapped.begin());
}

Bytes Masked(Bytes bytes, unsigned bits) {
  for (unsigned i = 0; i < bytes.size(); ++i) {
    const unsigned kept = std::min(8U, bits > 8 * i ? bits - 8 * i : 0U);
    bytes[i] &= static_cast<uint8_t>(0xff00U >> kept);
  }
  return bytes;
}

std::optional<unsigned> BitsOf(std::string_view text, unsigned most) {
  unsigned bits = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), bits);
  if (error != std::errc() || end != text.data() + text.size() || bits > most) return std::nullopt;
  return bits;
}

}  // namespace

Result<Network, std::string> Network::Parse(std::string_view text) {
  const std::string quoted = '"' + std::string(text) + '"';
  const size_t slash = text.find('/');
  const std::string_view host = text.substr(0, slash);
  const auto bytes = host.starts_with('[') ? std::nullopt : BytesOf(host);
  if (!bytes)
    return Error(quoted + " is no network: write 10.0.0.0/8, 2001:db8::/32 or an address");
  const bool is_ipv4 = host.find(':') == std::string_view::npos;
  unsigned bits = 128;
  if (slash != std::string_view::npos) {
    const unsigned before = is_ipv4 ? kMappedBits : 0;
    const auto written = BitsOf(text.substr(slash + 1), 128 - before);
    if (!written) {
      return Error(quoted + " has no prefix length from 0 to " + std::to_string(128 - before) +
                   " after its /");
    }
    bits = before + *written;
  }
  const Network network(Masked(*bytes, bits), bits);
  if (network.bytes_ != *bytes) {
    return Error(quoted + " has bits behind its prefix: the network is " + network.ToString());
  }
  return network;
}

bool Network::Contains(std::string_view host) const {
  const auto bytes = BytesOf(host);
  return bytes && Masked(*bytes, bits_) == bytes_;
}

std::string Network::ToString() const {
  char text[INET6_ADDRSTRLEN];
  const bool is_ipv4 = bits_ >= kMappedBits && IsMapped(bytes_);
  inet_ntop(is_ipv4 ? AF_INET : AF_INET6, is_ipv4 ? &bytes_[kMappedBits / 8] : bytes_.data(), text,
            sizeof text);
  return std::string(text) + "/" + std::to_string(is_ipv4 ? bits_ - kMappedBits : bits_);
}

}  // namespace evenkeel::base
