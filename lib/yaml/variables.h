// Variables: ${NAME}, ${NAME:-default} and ${file:PATH} in the texts of a configuration file.
//
// Only values are expanded, never keys, and what a variable holds is not expanded again nor read as
// YAML: it cannot change the file's structure. $${ stands for a plain ${.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "lib/base/result.h"
#include "lib/yaml/config_error.h"

namespace evenkeel::config {

/// The value of a variable; nothing: it is not set.
using Variables = std::function<std::optional<std::string>(const std::string& name)>;

/// What the file of a secret holds, or why it is none. `path` as written after ${file:. Empty: none
/// are read.
using Secrets = std::function<base::Result<std::string, Complaint>(const std::string& path)>;

/// The environment of this process.
std::optional<std::string> FromEnvironment(const std::string& name);

/// `text` of a whole file with the characters inside ${…} that mean something to YAML, such as {
/// and
/// :, replaced by as many that mean nothing, so that variables need no quotes; and back.
std::string HideVariables(std::string_view text);
std::string ShowVariables(std::string_view text);

/// A text with its variables replaced.
struct Expansion {
  std::string shown{};   ///< with "***" for each secret
  std::string secret{};  ///< with the secrets themselves; empty: it has none
};

/// `text` with its variables replaced. As in a shell, a default is taken where the variable is not
/// set or empty. Fails for a variable that is not set and has no default, for one whose value is
/// not text, for a secret that cannot be had, and for ${ that begins no such thing.
base::Result<Expansion, Complaint> ExpandVariables(std::string_view text,
                                                   const Variables& variables,
                                                   const Secrets& secrets);

}  // namespace evenkeel::config
