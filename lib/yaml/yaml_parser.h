// YamlParser: text to a tree of YamlNodes, or the reason why it is no YAML that we take.
//
// The one place that knows yaml-cpp. It takes the library's events rather than its nodes, because
// those keep no position for keys, drop repeated ones, and let aliases multiply without bound.
#pragma once

#include <cstddef>
#include <string_view>

#include "lib/yaml/config_error.h"
#include "lib/yaml/variables.h"
#include "lib/yaml/yaml_node.h"

namespace evenkeel::config {

/// Longest file, in bytes.
inline constexpr size_t kMaxFileBytes = size_t{4} << 20;
/// Most nodes of a file (YamlNode::weight), which bounds the work that aliases can multiply.
inline constexpr size_t kMaxNodes = 200'000;
/// Lists and maps inside each other; ours need nine. Bounds the stack.
inline constexpr size_t kMaxDepth = 32;

/// Where a text comes from, and what its variables are.
struct YamlOrigin {
  int file = 0;                          ///< Mark::file of its nodes
  const Variables* variables = nullptr;  ///< null: ${NAME} is text like any other
  const Secrets* secrets = nullptr;      ///< null: ${file:PATH} is an error
  /// What to write into a file that is empty.
  std::string_view needs = "it needs at least listeners and clusters";
};

/// The one document in `text`. On failure returns null and adds one error: too large, not UTF-8,
/// empty, broken YAML, or YAML that we do not take (a second document, tags, keys that are no
/// text), or a variable without a value. Does not throw.
YamlNodePtr ParseYaml(std::string_view text, ErrorList& errors, const YamlOrigin& origin = {});

}  // namespace evenkeel::config
