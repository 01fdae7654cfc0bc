#include "lib/base/address.h"

#include <arpa/inet.h>
#include <sys/un.h>

#include <algorithm>
#include <cctype>
#include <charconv>

namespace evenkeel::base {
namespace {

constexpr std::string_view kUnixPrefix = "unix:";
constexpr size_t kMaxUnixPath = sizeof(sockaddr_un::sun_path) - 1;
constexpr size_t kMaxHostName = 253;  // RFC 1035, section 2.3.4
constexpr size_t kMaxHostLabel = 63;

constexpr size_t kMaxQuoted = 60;

// `text` for a message, cut when it is long.
std::string Quoted(std::string_view text) {
  if (text.size() <= kMaxQuoted) return "\"" + std::string(text) + "\"";
  return "\"" + std::string(text.substr(0, kMaxQuoted)) + "...\"";
}

bool IsIpv4(const std::string& text) {
  in_addr unused;
  return inet_pton(AF_INET, text.c_str(), &unused) == 1;
}

bool IsIpv6(const std::string& text) {
  in6_addr unused;
  return inet_pton(AF_INET6, text.c_str(), &unused) == 1;
}

// The spelling of RFC 5952, so that equal addresses are equal texts.
std::string CanonicalIpv6(const std::string& text) {
  in6_addr address;
  char canonical[INET6_ADDRSTRLEN];
  inet_pton(AF_INET6, text.c_str(), &address);
  inet_ntop(AF_INET6, &address, canonical, sizeof(canonical));
  return canonical;
}

std::string Lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

// Letters, digits, '-' and '_' in labels of 1 to 63 (RFC 1123 plus the underscore that service
// names use); an all-numeric last label would be a mistyped IPv4 address.
bool IsHostName(std::string_view name) {
  if (name.ends_with('.')) name.remove_suffix(1);
  if (name.empty() || name.size() > kMaxHostName) return false;
  std::string_view label;
  while (true) {
    const size_t dot = name.find('.');
    label = name.substr(0, dot);
    if (label.empty() || label.size() > kMaxHostLabel) return false;
    if (label.front() == '-' || label.back() == '-') return false;
    if (!std::ranges::all_of(
            label, [](unsigned char c) { return std::isalnum(c) || c == '-' || c == '_'; })) {
      return false;
    }
    if (dot == std::string_view::npos) break;
    name.remove_prefix(dot + 1);
  }
  return !std::ranges::all_of(label, [](unsigned char c) { return std::isdigit(c); });
}

Result<uint16_t, std::string> ParsePort(std::string_view text) {
  uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) {
    return Error("port " + Quoted(text) + " is not a number from 0 to 65535");
  }
  return port;
}

std::string NoPort(std::string_view text) {
  const std::string address(text);
  if (IsIpv6(address)) return "write an IPv6 address in brackets: [" + address + "]:port";
  return Quoted(text) + " has no port; expected host:port, [ipv6]:port or unix:path";
}

std::string NoHost(const std::string& host) {
  if (host.empty()) return "no host before the port; write 0.0.0.0:port for every IPv4 address";
  return Quoted(host) + " is neither an IP address nor a host name";
}

}  // namespace

Result<Address, std::string> Address::Parse(std::string_view text) {
  // C functions below would take a NUL for the end and accept what stands before it.
  if (text.find('\0') != std::string_view::npos) return Error(std::string("address with a NUL"));
  if (text.starts_with(kUnixPrefix)) return ParseUnix(text.substr(kUnixPrefix.size()));
  if (text.find("://") != std::string_view::npos) {
    return Error(Quoted(text) + " is a URL; expected host:port, [ipv6]:port or unix:path");
  }
  const std::string whole(text);
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || text.ends_with(']') || IsIpv6(whole)) {
    return Error(NoPort(text));
  }
  const auto port = ParsePort(text.substr(colon + 1));
  if (!port) return Error(port.error());
  return ParseHost(whole.substr(0, colon), *port);
}

Result<Address, std::string> Address::ParseUnix(std::string_view path) {
  if (path.empty()) return Error(std::string("no path after \"unix:\""));
  if (path.size() > kMaxUnixPath) {
    return Error("a unix: path has at most " + std::to_string(kMaxUnixPath) + " bytes, this one " +
                 std::to_string(path.size()));
  }
  return Address(Kind::kUnix, std::string(path), 0);
}

Result<Address, std::string> Address::ParseHost(std::string host, uint16_t port) {
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
    if (!IsIpv6(host)) return Error(Quoted(host) + " is not an IPv6 address");
    return Address(Kind::kIpv6, CanonicalIpv6(host), port);
  }
  if (IsIpv6(host)) return Error("write an IPv6 address in brackets: [" + host + "]:port");
  if (IsIpv4(host)) return Address(Kind::kIpv4, std::move(host), port);
  if (IsHostName(host)) return Address(Kind::kName, Lower(std::move(host)), port);
  return Error(NoHost(host));
}

std::string Address::ToString() const {
  switch (kind_) {
    case Kind::kUnix:
      return std::string(kUnixPrefix) + host_;
    case Kind::kIpv6:
      return "[" + host_ + "]:" + std::to_string(port_);
    default:
      return host_ + ":" + std::to_string(port_);
  }
}

}  // namespace evenkeel::base
