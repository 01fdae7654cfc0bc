// Place: a node of the file, its key path, and the list that errors about it go to.
//
// What every reading function works on. A cheap value that refers to the tree and the error list,
// both of which the loader keeps while it reads.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/config/key_path.h"
#include "lib/yaml/config_error.h"
#include "lib/yaml/yaml_node.h"

namespace evenkeel::config {

class Place {
 public:
  /// The file's root has an empty path.
  Place(const YamlNode& node, std::string path, ErrorList& errors)
      : Place(node, node.mark, std::move(path), errors) {}

  const YamlNode& node() const { return *node_; }
  Mark mark() const { return mark_; }
  /// `clusters.user-service.endpoints[1]`
  const std::string& path() const { return path_; }
  ErrorList& errors() const { return *errors_; }

  /// The value of a map's entry, the key of one (for errors about the key itself), a list's item.
  Place Value(const YamlNode::Entry& entry) const;
  Place Key(const YamlNode::Entry& entry) const;
  Place Item(size_t index) const;
  /// Where a key that is not there would stand.
  Place Below(std::string_view key) const {
    return Place(*node_, mark_, JoinPath(path_, key), *errors_);
  }
  /// Another node that stands for this one.
  Place With(const YamlNode& node) const { return Place(node, mark_, path_, *errors_); }

  void Fail(Complaint complaint) const;
  /// "expected {expected}, found …".
  void FailType(std::string_view expected, std::string hint) const;
  /// "unknown {noun} {name}", with a suggestion from the `known` names.
  void FailUnknown(std::string_view noun, std::string_view name,
                   std::span<const std::string> known) const;

  /// The text that stands here, or null after FailType.
  const std::string* Text(std::string_view expected, std::string_view hint) const;
  /// Of a map: the entries to read, one for each key, after errors for repeated keys and for `<<`.
  std::vector<const YamlNode::Entry*> Entries() const;

 private:
  Place(const YamlNode& node, Mark mark, std::string path, ErrorList& errors)
      : node_(&node), mark_(mark), path_(std::move(path)), errors_(&errors) {}

  const YamlNode* node_;
  Mark mark_;
  std::string path_;
  ErrorList* errors_;
};

}  // namespace evenkeel::config
