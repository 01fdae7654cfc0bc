// ConfigError: one thing that is wrong with a configuration file: where, what, and what to do.
//
// A value for people and editors. ErrorList gathers all errors of one file while it is read, so
// that one run shows them all; it lives on the stack of the loader.
#pragma once

#include <compare>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace evenkeel::config {

/// A position in a file, both numbers from 1; columns count bytes, as compilers do.
struct Mark {
  int line = 1;
  int column = 1;
  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 takes the compiler's own 0 for ours.
  friend auto operator<=>(const Mark&, const Mark&) = default;
};

struct ConfigError {
  std::string file;
  Mark mark;
  /// `clusters.user-service.endpoints[1]`; empty for the file as a whole and for YAML errors.
  std::string key;
  std::string reason;  ///< "expected a duration, found 5"
  std::string hint;    ///< "write 5s for seconds"; may be empty
};

/// Never empty; sorted by position.
using ConfigErrors = std::vector<ConfigError>;

/// `file:line:column: key.path: reason; hint` without a line end. What is empty is left out, and
/// control characters that came from the file are escaped, so it is always one line.
std::string Format(const ConfigError& error);
/// One line for each error, each with its line end.
std::string Format(const ConfigErrors& errors);

/// A piece of the file as messages show it: in quotes, cut after 60 bytes.
std::string Quoted(std::string_view text);

/// What is wrong and what to do, before it has a place.
struct Complaint {
  std::string reason;
  std::string hint;
};

class ErrorList {
 public:
  /// More than this many errors are not listed: nobody reads them, and each costs a suggestion.
  static constexpr size_t kMaxErrors = 1000;

  explicit ErrorList(std::string file) : file_(std::move(file)) {}

  void Add(Mark mark, std::string key, Complaint complaint);
  size_t size() const { return errors_.size(); }
  bool full() const { return errors_.size() >= kMaxErrors; }
  /// The errors, sorted by position; those of one position in the order they came.
  ConfigErrors Take() &&;

 private:
  const std::string file_;
  ConfigErrors errors_;
};

}  // namespace evenkeel::config
