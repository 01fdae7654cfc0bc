// FlagKey: a key type, as key_types.h explains; `true` or `false`.
#pragma once

#include <optional>

#include <string>

#include "lib/yaml/key_types.h"

namespace evenkeel::config {

struct FlagKey : Leaf {
  template <typename Flag>
  void Read(const Place& place, Flag& flag) const {
    const std::string* text = place.Text("true or false", "write true or false, without quotes");
    if (!text) return;
    if (*text != "true" && *text != "false") {
      return place.FailType("true or false", "write true or false, without quotes");
    }
    flag = *text == "true";
  }
  KeyFacts Facts(bool fallback) const {
    return {.type = "true or false", .fallback = fallback ? "true" : "false"};
  }
  KeyFacts Facts(const std::optional<bool>& fallback) const {
    return Facts(fallback.value_or(false));
  }
  Written Write(bool flag) const { return WrittenFlag(flag); }
  Written Write(const std::optional<bool>& flag) const {
    return flag ? WrittenFlag(*flag) : Written{};
  }
};

}  // namespace evenkeel::config
