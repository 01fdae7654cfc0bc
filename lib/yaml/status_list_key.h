// StatusListKey: a key type, as key_types.h explains; a list of statuses by gRPC's names, which
// replaces its default.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/yaml/key_types.h"

namespace evenkeel::config {

struct StatusListKey : List<Text> {
  /// `check` says what is wrong with a name; `words` are those that are right, where few are.
  explicit StatusListKey(Rule check, std::span<const std::string_view> words = {})
      : List<Text>{Text("status name", check)}, known(words) {}

  std::span<const std::string_view> known;

  void Read(const Place& place, std::vector<std::string>& out) const {
    std::vector<std::string> names;
    List<Text>::Read(place, names);
    if (!names.empty()) out = std::move(names);
  }
  KeyFacts Facts(const std::vector<std::string>& fallback) const {
    std::string text;
    for (const std::string& each : fallback) text.append(text.empty() ? "" : ", ").append(each);
    return {
        .type = "list of: status name", .fallback = text, .words = {known.begin(), known.end()}};
  }
};

}  // namespace evenkeel::config
