// KeyPath: where something stands in the configuration, from its root: clusters.users.endpoints[1].
//
// A value; it knows nothing of files. lib/yaml finds line and column of one.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace evenkeel::config {

/// `path` and a key below it; a key with other than letters, digits, '-' and '_' in quotes.
std::string JoinPath(const std::string& path, std::string_view key);

/// Whether a path, as text, is `outer` or something that it holds; the root, empty, holds all.
bool IsWithin(std::string_view path, std::string_view outer);

class KeyPath {
 public:
  /// A key of a map, or where there is an index, that item of a list.
  struct Step {
    std::string key{};
    std::optional<size_t> index{};
    bool operator==(const Step&) const = default;
  };

  /// The root.
  KeyPath() = default;

  KeyPath operator/(std::string_view key) const { return With({.key = std::string(key)}); }
  KeyPath operator[](size_t index) const { return With({.index = index}); }

  /// What holds it: a map or a list. The root holds itself.
  KeyPath Parent() const {
    KeyPath parent = *this;
    if (!parent.steps_.empty()) parent.steps_.pop_back();
    return parent;
  }

  const std::vector<Step>& steps() const { return steps_; }
  std::string ToString() const;
  bool operator==(const KeyPath&) const = default;

 private:
  KeyPath With(Step step) const {
    KeyPath path = *this;
    path.steps_.push_back(std::move(step));
    return path;
  }

  std::vector<Step> steps_;
};

}  // namespace evenkeel::config
