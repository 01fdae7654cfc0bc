// JSON as tokens and key sets have it: an object, no name twice in one, and not deep.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>

namespace evenkeel::jwt {

/// Nothing where `text` is no JSON object, has a name twice in one of its objects, a number that is
/// not finite, or more than 16 levels. Two readers of such a text may read two things.
std::optional<nlohmann::json> ParseStrictly(std::string_view text);

/// The member's text; nothing where it is not there, or no text.
std::optional<std::string_view> TextIn(const nlohmann::json& object, const char* name);

}  // namespace evenkeel::jwt
