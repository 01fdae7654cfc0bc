// ErrorDisplay: what is wrong with a configuration, as `check` and `run` print it: lines for
// programs, and for people at a terminal the line of the file under each, with a mark at the place.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "lib/yaml/config_error.h"

namespace evenkeel::proxy {

enum class ErrorStyle {
  kLines,     ///< one line each, config::Format's
  kSnippets,  ///< and beneath it the line of the file
  kColoured,  ///< the same in colours
};

/// What suits whoever reads descriptor `fd`: lines, unless it is a terminal; without colours where
/// the environment has NO_COLOR (https://no-color.org), not empty, or TERM=dumb.
ErrorStyle StyleFor(int fd);

/// A file's text; nothing: it cannot be shown.
using TextOf = std::function<std::optional<std::string>(const std::string& file)>;

/// Of a regular file. What comes from a pipe cannot be read a second time.
std::optional<std::string> TextOfFile(const std::string& file);

/// All errors, with line ends.
std::string Display(const config::ConfigErrors& errors, ErrorStyle style, const TextOf& text_of);
/// All warnings, likewise.
std::string DisplayWarnings(const config::ConfigErrors& warnings, ErrorStyle style,
                            const TextOf& text_of);

}  // namespace evenkeel::proxy
