// Variables: ${NAME} and ${NAME:-default} in the texts of a configuration file.
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

/// The environment of this process.
std::optional<std::string> FromEnvironment(const std::string& name);

/// `text` of a whole file with the characters inside ${…} that mean something to YAML, such as {
/// and
/// :, replaced by as many that mean nothing, so that variables need no quotes; and back.
std::string HideVariables(std::string_view text);
std::string ShowVariables(std::string_view text);

/// `text` with its variables replaced. As in a shell, a default is taken where the variable is not
/// set or empty. Fails for a variable that is not set and has no default, for one whose value is
/// not text, and for ${ that begins no such thing.
base::Result<std::string, Complaint> ExpandVariables(std::string_view text,
                                                     const Variables& variables);

}  // namespace evenkeel::config
