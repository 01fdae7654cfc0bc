// The files that say who may call: bearer tokens (`authentication.bearer_tokens.file`) and the keys
// of those who issue JSON Web Tokens (`authentication.jwt[].jwks.file`).
//
// A line of a file of tokens is "name: digest", the digest being the SHA-256 of the token in 64 hex
// digits; empty lines and what follows a `#` count as nothing. Several tokens may have one name: a
// new one can be given out before the old one goes.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "lib/base/result.h"
#include "lib/config/config.h"
#include "lib/config/validate.h"
#include "lib/yaml/config_error.h"

namespace evenkeel::config {

/// What `text`, which the file at `path` holds, says; at least one token, none of them twice. No
/// error has a word of what the file holds: somebody may have written a token itself.
base::Result<std::vector<BearerToken>, Complaint> ParseBearerTokens(const std::string& path,
                                                                    std::string_view text);

struct AccessFiles {
  std::vector<Problem> problems{};
  std::vector<std::string> files{};  ///< each once
};

/// Fills in what all files say that listeners name. `read` gives a file's text, or errno.
AccessFiles ReadAccessFiles(
    Config& config, const std::function<base::Result<std::string, int>(const std::string&)>& read);

}  // namespace evenkeel::config
