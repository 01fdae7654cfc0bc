#include "proxy/admin/request_check.h"

#include <algorithm>

namespace evenkeel::admin {
namespace {

// "[::1]:9901" is "[::1]", "a:9901" is "a".
std::string_view WithoutPort(std::string_view host) {
  if (host.starts_with('[')) return host.substr(0, host.find(']') + 1);
  return host.substr(0, host.find(':'));
}

bool IsAddress(std::string_view name) {
  const auto is_of_ipv4 = [](char c) { return c == '.' || (c >= '0' && c <= '9'); };
  return name.starts_with('[') || std::ranges::all_of(name, is_of_ipv4);
}

// A name that ends in digits is no name (RFC 1123), so all digits and dots is an address.
bool IsOurs(std::string_view name) {
  if (name.ends_with('.')) name.remove_suffix(1);
  return IsAddress(name) || name.find('.') == std::string_view::npos ||
         name.ends_with(".localhost");
}

}  // namespace

std::optional<std::string> WhyRefused(Reach reach, std::string_view host, std::string_view origin) {
  if (reach == Reach::kLoopback && !IsOurs(WithoutPort(host))) {
    return "this port is reached by its address or localhost, not as \"" + std::string(host) +
           "\": a web page may have that name point here";
  }
  if (origin.empty()) return std::nullopt;
  const size_t scheme = origin.find("://");
  if (scheme != std::string_view::npos && origin.substr(scheme + 3) == host) return std::nullopt;
  return "requests of another site's page (Origin: " + std::string(origin) + ") are not answered";
}

}  // namespace evenkeel::admin
