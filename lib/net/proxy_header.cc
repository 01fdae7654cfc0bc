#include "lib/net/proxy_header.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <string_view>
#include <vector>

namespace evenkeel::net {
namespace {

using base::Error;
using Reading = base::Result<std::optional<ProxyHeader>, ProxyFault>;

constexpr std::string_view kLineStart = "PROXY ";
constexpr std::string_view kLineEnd = "\r\n";
constexpr size_t kMaxLine = 107;  // with its end
constexpr std::string_view kSignature{"\r\n\r\n\0\r\nQUIT\n", 12};
constexpr size_t kFixed = 16;  // of version 2
constexpr uint8_t kCrc32cType = 0x03;

// "10.1.2.3" or "[::1]"; empty for bytes of neither size.
std::string HostOf(std::span<const uint8_t> address) {
  char text[INET6_ADDRSTRLEN];
  const bool is_ipv4 = address.size() == sizeof(in_addr);
  inet_ntop(is_ipv4 ? AF_INET : AF_INET6, address.data(), text, sizeof text);
  return is_ipv4 ? text : "[" + std::string(text) + "]";
}

bool IsPort(std::string_view text) {
  unsigned port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  const bool is_plain = text.size() == 1 || !text.starts_with('0');
  return error == std::errc() && end == text.data() + text.size() && port <= 65535 && is_plain;
}

std::vector<std::string_view> Words(std::string_view line) {
  std::vector<std::string_view> words;
  while (true) {
    const size_t space = line.find(' ');
    words.push_back(line.substr(0, space));
    if (space == std::string_view::npos) return words;
    line.remove_prefix(space + 1);
  }
}

// What stands between "PROXY " and the line's end, to the client's address.
base::Result<std::string, ProxyFault> ReadLine(std::string_view line) {
  const std::vector<std::string_view> words = Words(line);
  if (words[0] == "UNKNOWN") return std::string();
  const bool is_ipv4 = words[0] == "TCP4";
  if ((!is_ipv4 && words[0] != "TCP6") || words.size() != 5 || !IsPort(words[3]) ||
      !IsPort(words[4])) {
    return Error(ProxyFault::kMalformed);
  }
  const int family = is_ipv4 ? AF_INET : AF_INET6;
  std::array<uint8_t, sizeof(in6_addr)> source{};
  std::array<uint8_t, sizeof(in6_addr)> destination{};
  if (inet_pton(family, std::string(words[1]).c_str(), source.data()) != 1 ||
      inet_pton(family, std::string(words[2]).c_str(), destination.data()) != 1) {
    return Error(ProxyFault::kMalformed);
  }
  return HostOf({source.data(), is_ipv4 ? sizeof(in_addr) : sizeof(in6_addr)});
}

Reading ReadVersion1(std::string_view text) {
  const size_t end = text.substr(0, kMaxLine).find(kLineEnd);
  if (end == std::string_view::npos) {
    if (text.size() >= kMaxLine) return Error(ProxyFault::kTooLong);
    return std::optional<ProxyHeader>();
  }
  auto address = ReadLine(text.substr(kLineStart.size(), end - kLineStart.size()));
  if (!address) return Error(address.error());
  return ProxyHeader{end + kLineEnd.size(), std::move(*address)};
}

// CRC-32C (RFC 3720, appendix B.4). A header is short and there is one in a connection: no table.
uint32_t Crc32c(std::span<const uint8_t> bytes) {
  uint32_t crc = ~0U;
  for (const uint8_t each : bytes) {
    crc ^= each;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0x82f63b78U : 0);
  }
  return ~crc;
}

// Whether the four bytes at `at` are the checksum of the header with zeros in their place.
bool HasChecksumAt(std::span<const uint8_t> header, size_t at) {
  uint32_t given = 0;
  std::memcpy(&given, &header[at], sizeof given);
  std::vector<uint8_t> blank(header.begin(), header.end());
  std::fill_n(blank.begin() + static_cast<std::ptrdiff_t>(at), sizeof given, uint8_t{0});
  return ntohl(given) == Crc32c(blank);
}

size_t Big16(std::span<const uint8_t> bytes, size_t at) {
  return static_cast<size_t>(bytes[at]) << 8 | bytes[at + 1];
}

// From `at` on, type, length and value follow each other.
std::optional<ProxyFault> CheckTlvs(std::span<const uint8_t> header, size_t at) {
  bool has_checksum = false;
  while (at < header.size()) {
    if (header.size() - at < 3) return ProxyFault::kMalformed;
    const size_t value = at + 3;
    const size_t length = Big16(header, at + 1);
    if (length > header.size() - value) return ProxyFault::kMalformed;
    if (header[at] == kCrc32cType) {
      if (length != 4 || has_checksum) return ProxyFault::kMalformed;
      if (!HasChecksumAt(header, value)) return ProxyFault::kBadChecksum;
      has_checksum = true;
    }
    at = value + length;
  }
  return std::nullopt;
}

// Of an address family in version 2: how many bytes both addresses and their ports have.
size_t AddressesOf(unsigned family) {
  constexpr std::array<size_t, 4> kSizes = {0, 12, 36, 216};  // none, IPv4, IPv6, Unix
  return kSizes[family];
}

// `header` is whole.
Reading ReadVersion2(std::span<const uint8_t> header) {
  enum Command : uint8_t { kLocal = 0, kProxy = 1 };
  constexpr unsigned kIpv4 = 1;
  constexpr unsigned kIpv6 = 2;
  constexpr unsigned kStream = 1;
  const unsigned command = header[12] & 0xf;
  const unsigned family = header[13] >> 4;
  const unsigned protocol = header[13] & 0xf;
  // The balancer's own, such as a health check: the rest is to be passed over.
  if (command == kLocal) return ProxyHeader{header.size()};
  if (command != kProxy || family > 3 || protocol > 2) return Error(ProxyFault::kMalformed);
  const size_t tlvs = kFixed + AddressesOf(family);
  if (tlvs > header.size()) return Error(ProxyFault::kMalformed);
  if (const auto fault = CheckTlvs(header, tlvs)) return Error(*fault);
  if (protocol != kStream || (family != kIpv4 && family != kIpv6)) {
    return ProxyHeader{header.size()};
  }
  const size_t address = family == kIpv4 ? sizeof(in_addr) : sizeof(in6_addr);
  return ProxyHeader{header.size(), HostOf(header.subspan(kFixed, address))};
}

Reading ReadBinary(std::span<const uint8_t> bytes) {
  if (bytes.size() > 12 && bytes[12] >> 4 != 2) return Error(ProxyFault::kMalformed);
  if (bytes.size() < kFixed) return std::optional<ProxyHeader>();
  const size_t size = kFixed + Big16(bytes, 14);
  if (size > kMaxProxyHeader) return Error(ProxyFault::kTooLong);
  if (bytes.size() < size) return std::optional<ProxyHeader>();
  return ReadVersion2(bytes.first(size));
}

// Whether one of the two begins the other.
bool Begin(std::string_view text, std::string_view start) {
  const size_t size = std::min(text.size(), start.size());
  return text.substr(0, size) == start.substr(0, size);
}

class Faults final : public std::error_category {
 public:
  const char* name() const noexcept override { return "PROXY protocol"; }
  std::string message(int fault) const override {
    return std::string("PROXY protocol: ") + Words(static_cast<ProxyFault>(fault));
  }

 private:
  static const char* Words(ProxyFault fault) {
    switch (fault) {
      case ProxyFault::kUntrusted:
        return "the connection comes from an address that is not in proxy_protocol.trusted";
      case ProxyFault::kLate:
        return "no header within 5 s";
      case ProxyFault::kCut:
        return "the connection ended within its header";
      case ProxyFault::kNoHeader:
        return "the connection begins without a header";
      case ProxyFault::kTooLong:
        return "the header is too long";
      case ProxyFault::kMalformed:
        return "the header cannot be read";
      case ProxyFault::kBadChecksum:
        return "the header does not fit its checksum";
    }
    return "unknown";
  }
};

}  // namespace

const std::error_category& ProxyFaults() {
  static const Faults faults;
  return faults;
}

base::Result<std::optional<ProxyHeader>, ProxyFault> ReadProxyHeader(
    std::span<const uint8_t> bytes) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (Begin(text, kSignature)) {
    return text.size() < kSignature.size() ? Reading(std::optional<ProxyHeader>())
                                           : ReadBinary(bytes);
  }
  if (!Begin(text, kLineStart)) return Error(ProxyFault::kNoHeader);
  return text.size() < kLineStart.size() ? Reading(std::optional<ProxyHeader>())
                                         : ReadVersion1(text);
}

}  // namespace evenkeel::net
