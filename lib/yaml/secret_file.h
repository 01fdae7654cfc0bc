// What a file of a secret (${file:PATH}) may hold.
#pragma once

#include <cstddef>
#include <string>

#include "lib/base/result.h"
#include "lib/yaml/config_error.h"

namespace evenkeel::config {

/// Longest secret, in bytes: what fits among the headers of a call.
inline constexpr size_t kMaxSecretBytes = 16 * 1024;

/// The secret in `read`, what the file at `path` holds or the errno of its reading, without the
/// line ends at its end: editors and `echo` add one. An error when it cannot be read, is empty, is
/// longer than kMaxSecretBytes or no text; never with a word of what it holds.
base::Result<std::string, Complaint> TextOfSecret(const std::string& path,
                                                  base::Result<std::string, int> read);

}  // namespace evenkeel::config
