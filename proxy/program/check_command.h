// CheckCommand: `evenkeel check`, whether a configuration and the files that it names are good.
#pragma once

#include <string>

#include "lib/config/config.h"

namespace evenkeel::proxy {

/// `config` is what `file` says. Prints that it is good, or on standard error what is wrong with
/// its files of endpoints. The result is the exit code.
int Check(const std::string& file, const config::Config& config);

}  // namespace evenkeel::proxy
