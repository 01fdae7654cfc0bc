// ConfigError: one thing that is wrong with a configuration file: where, what, and what to do.
//
// A value for people and editors. ErrorList gathers all errors of one file while it is read, so
// that one run shows them all; it lives on the stack of the loader.
#pragma once

#include <compare>
#include <cstddef>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "lib/config/complaint.h"
#include "lib/config/key_path.h"

namespace evenkeel::config {

/// A position in a file, line and column from 1; columns count bytes, as compilers do.
struct Mark {
  int line = 1;
  int column = 1;
  int file = 0;  ///< which of an ErrorList's files; 0 is the one that was asked for
  friend bool operator==(const Mark&, const Mark&) = default;
  friend std::strong_ordering operator<=>(const Mark& a, const Mark& b) {
    return std::tie(a.file, a.line, a.column) <=> std::tie(b.file, b.line, b.column);
  }
};

struct ConfigError {
  std::string file;
  Mark mark;
  /// `clusters.user-service.endpoints[1]`; empty for the file as a whole and for YAML errors.
  std::string key;
  std::string reason;  ///< "expected a duration, found 5"
  std::string hint;    ///< "write 5s for seconds"; may be empty
};

/// Sorted by position.
using ConfigErrors = std::vector<ConfigError>;

/// `file:line:column: key.path: reason; hint` without a line end. What is empty is left out, and
/// control characters that came from the file are escaped, so it is always one line.
std::string Format(const ConfigError& error);
/// The same for one that does not keep the configuration from working: "warning: " before the key.
std::string FormatWarning(const ConfigError& error);
/// One line for each error, each with its line end.
std::string Format(const ConfigErrors& errors);

class ErrorList {
 public:
  /// More than this many errors are not listed: too many to read, and each costs a suggestion.
  static constexpr size_t kMaxErrors = 1000;

  explicit ErrorList(std::string file) : files_{std::move(file)} {}

  /// Another file that errors can be in; what Mark::file is for it.
  int AddFile(std::string name);
  /// "line 7" for a position in the same file as `here`, else "line 7 of other.yaml".
  std::string LineOf(Mark mark, Mark here) const;

  void Add(Mark mark, std::string key, Complaint complaint);
  /// The file that a position is in.
  const std::string& FileOf(Mark mark) const { return files_[static_cast<size_t>(mark.file)]; }
  /// An empty list for the same files.
  ErrorList WithoutErrors() const {
    ErrorList list = *this;
    list.errors_.clear();
    return list;
  }
  /// Whether there is an error at this key, in what it holds or in what holds it.
  bool Touches(std::string_view key) const;
  size_t size() const { return errors_.size(); }
  bool full() const { return errors_.size() >= kMaxErrors; }
  /// The errors, sorted by position; those of one position in the order they came.
  ConfigErrors Take() &&;

 private:
  std::vector<std::string> files_;
  ConfigErrors errors_;
};

}  // namespace evenkeel::config
