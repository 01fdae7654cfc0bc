// Fields: the keys of one YAML map, each read once; those left over are refused, so that a typing
// error is not a default.
#pragma once

#include <yaml-cpp/yaml.h>

#include <charconv>
#include <set>
#include <string>

#include "lib/base/clock.h"

namespace evenkeel::sim {

/// "250us", "10ms", "1.5s", "2min", "1h". Throws YAML::Exception.
inline base::Duration ReadDuration(const YAML::Node& node) {
  const auto text = node.as<std::string>();
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const std::string unit(end, text.data() + text.size());
  const double nanoseconds = unit == "us"    ? 1e3
                             : unit == "ms"  ? 1e6
                             : unit == "s"   ? 1e9
                             : unit == "min" ? 60e9
                             : unit == "h"   ? 3600e9
                                             : 0;
  if (error != std::errc() || nanoseconds == 0) {
    throw YAML::Exception(node.Mark(), "\"" + text + "\": expected a time such as 10ms or 1.5s");
  }
  return base::Duration(static_cast<int64_t>(value * nanoseconds));
}

class Fields {
 public:
  explicit Fields(const YAML::Node& node) : node_(node) {
    if (!node.IsMap()) throw YAML::Exception(node.Mark(), "expected a map");
  }

  /// Whether the key is there.
  template <typename T>
  bool Read(const char* key, T& value) {
    const YAML::Node node = Take(key);
    if (!node) return false;
    value = node.as<T>();
    return true;
  }
  bool Read(const char* key, base::Duration& value) {
    const YAML::Node node = Take(key);
    if (!node) return false;
    value = ReadDuration(node);
    return true;
  }

  YAML::Node Take(const char* key) {
    taken_.insert(key);
    return node_[key];
  }

  void RefuseOthers() const {
    for (const auto& each : node_) {
      const auto key = each.first.as<std::string>();
      if (!taken_.contains(key)) {
        throw YAML::Exception(each.first.Mark(), "unknown key \"" + key + "\"");
      }
    }
  }

 private:
  const YAML::Node node_;
  std::set<std::string> taken_;
};

}  // namespace evenkeel::sim
