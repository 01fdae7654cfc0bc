#include "lib/config/key_path.h"

#include <algorithm>

#include "lib/config/complaint.h"

namespace evenkeel::config {
namespace {

bool IsPlainKeyCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_' || c == '<' || c == '>';
}

}  // namespace

std::string JoinPath(const std::string& path, std::string_view key) {
  const bool plain = !key.empty() && std::ranges::all_of(key, IsPlainKeyCharacter);
  return path + (path.empty() ? "" : ".") + (plain ? std::string(key) : Quoted(key));
}

bool IsWithin(std::string_view path, std::string_view outer) {
  if (outer.empty() || path == outer) return true;
  return path.starts_with(outer) && (path[outer.size()] == '.' || path[outer.size()] == '[');
}

std::string KeyPath::ToString() const {
  std::string path;
  for (const Step& each : steps_) {
    path = each.index ? path + "[" + std::to_string(*each.index) + "]" : JoinPath(path, each.key);
  }
  return path;
}

}  // namespace evenkeel::config
