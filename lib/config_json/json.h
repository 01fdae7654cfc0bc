// JSON as the admin pages write it.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "lib/yaml/written.h"

namespace evenkeel::admin {

/// Keys stay in the order in which they were set.
using Json = nlohmann::ordered_json;

/// Indented, with a line end. Bytes that are not UTF-8 become U+FFFD: the library would throw.
inline std::string ToText(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

/// What is shown of a secret.
inline constexpr char kMask[] = "***";

/// What is written of a configuration; a secret as kMask.
Json ToJson(const config::Written& written);

}  // namespace evenkeel::admin
