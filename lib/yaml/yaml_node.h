// YamlNode: one node of a parsed YAML file: text, list or map, with its position.
//
// Nodes know no keys of ours and no types beyond YAML's own. Immutable once parsed; an alias shares
// its anchor's node.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "lib/yaml/config_error.h"

namespace evenkeel::config {

struct YamlNode;
using YamlNodePtr = std::shared_ptr<const YamlNode>;

struct YamlNode {
  enum class Kind {
    kNull,    ///< nothing after the key, `~` or `null`
    kPlain,   ///< text without quotes
    kQuoted,  ///< text in quotes, or a block of text after | or >
    kList,
    kMap,
  };
  struct Entry {
    std::string key;
    Mark mark;  ///< of the key
    YamlNodePtr value;
  };

  Kind kind = Kind::kNull;
  Mark mark{};
  std::string text{};          ///< kPlain and kQuoted
  bool has_variables = false;  ///< something of the text came from the environment
  /// Where the text names files of secrets: the whole text, which has "***" in their place, with
  /// what they hold. Empty: it names none. Only who never shows it may read it.
  std::string secret{};
  std::vector<YamlNodePtr> items{};  ///< kList
  std::vector<Entry> entries{};      ///< kMap: in the file's order, a repeated key included
  /// Nodes in this tree, where one that aliases share counts each time, and text counts by length.
  size_t weight = 1;

  bool IsScalar() const { return kind == Kind::kPlain || kind == Kind::kQuoted; }
  /// For messages: "a list", "a map", "nothing", or the text in quotes.
  std::string Description() const;
};

}  // namespace evenkeel::config
