// Loader: a configuration file to a Config, or all that is wrong with it.
//
// Does not log, does not resolve names and opens nothing but the file. Main thread; blocks on the
// file. Neither function throws.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "config/config.h"
#include "config/config_error.h"

namespace evenkeel::config {

/// Reads and checks a file. One that cannot be read is an error in its line 1.
base::Result<Config, ConfigErrors> LoadFile(const std::string& path);

/// Checks text that came from elsewhere; errors call it `file_name`.
base::Result<Config, ConfigErrors> LoadText(std::string_view text, std::string file_name);

}  // namespace evenkeel::config
