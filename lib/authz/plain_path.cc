#include "lib/authz/plain_path.h"

#include <array>
#include <cstddef>

namespace evenkeel::authz {
namespace {

// What a look at each byte is for: the ends of segments, and what no plain path has.
constexpr std::array<bool, 256> kSpecial = [] {
  std::array<bool, 256> special{};
  for (const unsigned char c : std::string_view("/?#%;\\")) special[c] = true;
  return special;
}();

bool IsPlainSegment(std::string_view name) { return !name.empty() && name != "." && name != ".."; }

}  // namespace

bool IsPlainPath(std::string_view path) {
  if (!path.starts_with('/')) return false;
  size_t segment = 1;  // where it begins
  for (size_t i = 1; i < path.size(); ++i) {
    if (!kSpecial[static_cast<unsigned char>(path[i])]) continue;
    if (path[i] != '/' || !IsPlainSegment(path.substr(segment, i - segment))) return false;
    segment = i + 1;
  }
  return IsPlainSegment(path.substr(segment));
}

}  // namespace evenkeel::authz
