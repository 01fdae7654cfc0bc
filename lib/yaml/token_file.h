// The file of the admin port's tokens (`admin.token_file`).
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "lib/base/result.h"
#include "lib/yaml/config_error.h"

namespace evenkeel::config {

/// Shortest token, in bytes: a shorter one can be guessed.
inline constexpr size_t kLeastTokenBytes = 16;

/// The tokens in the file at `path`, one in a line: several, so that a new one can be given out
/// before the old one goes. Each is of what RFC 6750, section 2.1, allows. Blocks on the file. An
/// error never has a word of what the file holds.
base::Result<std::vector<std::string>, Complaint> ReadTokens(const std::string& path);

}  // namespace evenkeel::config
