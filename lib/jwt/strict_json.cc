#include "lib/jwt/strict_json.h"

#include <set>
#include <string>
#include <vector>

namespace evenkeel::jwt {
namespace {

constexpr int kMostLevels = 16;

}  // namespace

std::optional<nlohmann::json> ParseStrictly(std::string_view text) {
  using Event = nlohmann::json::parse_event_t;
  bool is_good = true;
  std::vector<std::set<std::string>> names;  // of the objects that are open
  const auto look = [&](int depth, Event event, nlohmann::json& value) {
    if (depth > kMostLevels) is_good = false;
    if (event == Event::object_start) names.emplace_back();
    if (event == Event::object_end && !names.empty()) names.pop_back();
    if (event == Event::key && !names.back().insert(value.get<std::string>()).second)
      is_good = false;
    return is_good;  // what is refused is not kept
  };
  nlohmann::json parsed = nlohmann::json::parse(text, look, false);
  if (!is_good || !parsed.is_object()) return std::nullopt;
  return parsed;
}

std::optional<std::string_view> TextIn(const nlohmann::json& object, const char* name) {
  const auto member = object.find(name);
  if (member == object.end() || !member->is_string()) return std::nullopt;
  return std::string_view(member->get_ref<const std::string&>());
}

}  // namespace evenkeel::jwt
