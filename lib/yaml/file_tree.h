// FileTree: a configuration file and all that it includes, as one tree of nodes.
//
// `include:` at the top of a file names others, whose listeners and clusters are added to its own;
// paths are relative to the file that names them. Nodes keep the file they stand in. On the stack
// of the loader.
#pragma once

#include <cstddef>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/result.h"
#include "lib/yaml/config_error.h"
#include "lib/yaml/variables.h"
#include "lib/yaml/yaml_node.h"

namespace evenkeel::config {

/// Files that include each other; more are surely a mistake.
inline constexpr size_t kMaxIncludeDepth = 8;
/// Most files of one configuration, and most files of secrets.
inline constexpr size_t kMaxFiles = 1000;

class FileTree {
 public:
  /// A file's text, or errno.
  using FileReader = std::function<base::Result<std::string, int>(const std::string& path)>;

  /// `errors` must name the first file already. `needs` says what to write into it when it is
  /// empty.
  FileTree(FileReader reader, Variables variables, ErrorList& errors,
           std::string_view needs = "it needs at least listeners and clusters")
      : reader_(std::move(reader)),
        variables_(std::move(variables)),
        errors_(errors),
        needs_(needs) {}

  /// The tree; null after errors.
  YamlNodePtr Read(const std::string& path);
  /// The same for a text that stands for the file `path`.
  YamlNodePtr ReadText(std::string_view text, const std::string& path);

  /// Every file that was looked for, the first one included, those of secrets last.
  std::vector<std::string> files() const;
  /// The same for the same texts of the same files, secrets left out. FNV-1a.
  uint64_t fingerprint() const { return fingerprint_; }

 private:
  YamlNodePtr ReadInto(const std::string& path, Mark from);
  YamlNodePtr ParseInto(std::string_view text, const std::string& path, int file);
  YamlNodePtr WithIncludes(const YamlNodePtr& root, const std::string& path);
  bool Include(const YamlNode& name, const std::string& from, YamlNode& into);
  bool MayInclude(const std::string& path, Mark from);
  base::Result<std::string, Complaint> ReadSecret(const std::string& path);

  const FileReader reader_;
  const Variables variables_;
  ErrorList& errors_;
  const std::string_view needs_;
  std::vector<std::string> files_;
  std::set<std::string> secrets_;  // the files of secrets
  std::vector<std::string> open_;  // the files that are being read, each includes the next
  uint64_t fingerprint_ = 14695981039346656037U;
};

}  // namespace evenkeel::config
