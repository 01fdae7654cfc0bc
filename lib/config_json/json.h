// JSON as the admin pages write it.
#pragma once

#include <chrono>
#include <nlohmann/json.hpp>
#include <string>

#include "lib/yaml/quantity.h"

namespace evenkeel::admin {

/// Keys stay in the order in which they were set.
using Json = nlohmann::ordered_json;

/// Indented, with a line end. Bytes that are not UTF-8 become U+FFFD: the library would throw.
inline std::string ToText(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

/// "250ms", as the configuration file writes it.
template <typename Duration>
std::string DurationText(Duration duration) {
  return config::DurationUnit::Format(
      std::chrono::duration_cast<std::chrono::milliseconds>(duration));
}

inline void SetUnlessEmpty(Json& json, const char* key, const std::string& value) {
  if (!value.empty()) json[key] = value;
}

}  // namespace evenkeel::admin
