// Utf8Text: whether a file's bytes are text that YAML allows.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "lib/yaml/config_error.h"

namespace evenkeel::config {

/// Where the first byte stands that is not UTF-8 (RFC 3629: no overlong form, no surrogate) or a
/// control character other than tab and line end (YAML 1.2, section 5.1); nothing for good text.
std::optional<size_t> FindBadByte(std::string_view text);

/// The position of a byte; `offset` is at most `text.size()`.
Mark MarkOf(std::string_view text, size_t offset);

}  // namespace evenkeel::config
