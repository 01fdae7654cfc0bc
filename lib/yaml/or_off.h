// OrOff: a key type, as key_types.h explains; a map with keys of ours, or `off` for nothing.
#pragma once

#include <optional>
#include <string>

#include "lib/yaml/key_types.h"

namespace evenkeel::config {

template <typename Function>
struct OrOff {
  Group<Function> group;
  /// How nothing is written: where it is the default and may come from elsewhere, not at all.
  enum class Nothing : bool { kIsOff, kIsLeftOut } nothing = Nothing::kIsOff;

  template <typename T>
  void Read(const Place& place, std::optional<T>& out) const {
    if (place.node().IsScalar()) {
      if (place.node().text == "off") return out.reset();
      return place.FailType("a map or off", "write its settings as a map, or off");
    }
    if (!out) out.emplace();
    group.Read(place, *out);
  }
  template <typename T>
  KeyFacts Facts(const std::optional<T>& fallback) const {
    return {.type = "map, or off", .fallback = fallback ? "" : "off", .words = {"off"}};
  }
  template <typename T>
  void Nested(const std::string& path, const std::optional<T>& fallback, Catalog& catalog) const {
    group.Nested(path, fallback.value_or(T{}), catalog);
  }
  template <typename T>
  Written Write(const std::optional<T>& value) const {
    if (value) return group.WriteMap(*value);
    return nothing == Nothing::kIsOff ? WrittenText("off") : Written{};
  }
};

template <typename Function>
OrOff(Group<Function>) -> OrOff<Function>;

/// An OrOff that leaves nothing out.
template <typename Function>
OrOff<Function> OrLeftOut(Function read) {
  return {Group<Function>{read}, OrOff<Function>::Nothing::kIsLeftOut};
}

}  // namespace evenkeel::config
