#include "lib/base/spiffe_id.h"

#include <algorithm>

namespace evenkeel::base {
namespace {

constexpr std::string_view kScheme = "spiffe://";

bool IsOfDomain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
}

bool IsOfSegment(char c) { return IsOfDomain(c) || (c >= 'A' && c <= 'Z'); }

// Without the slash before it.
bool IsSegment(std::string_view text) {
  return !text.empty() && text != "." && text != ".." && std::ranges::all_of(text, IsOfSegment);
}

// Empty, or segments with a slash before each.
bool IsPath(std::string_view text) {
  while (!text.empty()) {
    text.remove_prefix(1);
    const size_t end = std::min(text.find('/'), text.size());
    if (!IsSegment(text.substr(0, end))) return false;
    text.remove_prefix(end);
  }
  return true;
}

}  // namespace

Result<SpiffeId, std::string> SpiffeId::Parse(std::string_view text) {
  if (text.size() > kMaxSize) return Error(std::string("is longer than 2048 bytes"));
  if (!text.starts_with(kScheme)) return Error(std::string("does not begin with spiffe://"));
  const std::string_view rest = text.substr(kScheme.size());
  const std::string_view domain = rest.substr(0, rest.find('/'));
  if (domain.empty() || domain.size() > kMaxTrustDomain ||
      !std::ranges::all_of(domain, IsOfDomain)) {
    return Error(
        std::string("has no trust domain of 1 to 255 lower-case letters, digits, '.', '-', '_'"));
  }
  if (!IsPath(rest.substr(domain.size()))) {
    return Error(std::string(
        "has a path that is not of segments of letters, digits, '.', '-', '_', none of them empty, "
        "\".\" or \"..\""));
  }
  return SpiffeId(std::string(text), domain.size());
}

}  // namespace evenkeel::base
