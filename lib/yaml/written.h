// Written: what a configuration says, as the tree of a file that would say it.
//
// What MapReader makes when it writes: the same keys, forms and units that it reads. Not a
// YamlNode, which was read and has a position in a file. config_json turns it into JSON.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace evenkeel::config {

struct Written {
  enum class Kind {
    kNothing,  ///< the key is left out: the file need not say it
    kLiteral,  ///< a number, true or false
    kText,
    kSecret,  ///< text that is not to be shown
    kList,
    kMap,
  };
  struct Entry;

  Kind kind = Kind::kNothing;
  std::string text{};            ///< kLiteral, kText and kSecret
  std::string unseen{};          ///< what it also stands for: compared, never shown
  std::vector<Written> items{};  ///< kList
  std::vector<Entry> entries{};  ///< kMap, in the order of the reader's lines

  /// The value of a map's key; null where there is none.
  const Written* Find(std::string_view key) const;
  void Set(std::string_view key, Written value);
  /// Secrets are compared too.
  bool operator==(const Written& other) const;
};

struct Written::Entry {
  std::string key;
  Written value;
  bool operator==(const Entry&) const = default;
};

inline const Written* Written::Find(std::string_view key) const {
  for (const Entry& each : entries) {
    if (each.key == key) return &each.value;
  }
  return nullptr;
}

/// Instead of the key's value where there is one, unless `value` is nothing.
inline void Written::Set(std::string_view key, Written value) {
  if (value.kind == Kind::kNothing) return;
  for (Entry& each : entries) {
    if (each.key == key) {
      each.value = std::move(value);
      return;
    }
  }
  entries.push_back({std::string(key), std::move(value)});
}

inline bool Written::operator==(const Written& other) const {
  return kind == other.kind && text == other.text && unseen == other.unseen &&
         items == other.items && entries == other.entries;
}

inline Written WrittenText(std::string_view text) {
  return {.kind = Written::Kind::kText, .text = std::string(text)};
}

inline Written WrittenLiteral(std::string_view text) {
  return {.kind = Written::Kind::kLiteral, .text = std::string(text)};
}

inline Written WrittenFlag(bool flag) { return WrittenLiteral(flag ? "true" : "false"); }

}  // namespace evenkeel::config
