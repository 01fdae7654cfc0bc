// CheckCommand: `evenkeel check`, whether a configuration and the files that it names are good.
#pragma once

#include <string>

#include "lib/yaml/loader.h"

namespace evenkeel::proxy {

/// `loading` is what came of `file`, a good configuration. Prints that it is good, on standard
/// error what of it has no effect and what is wrong with its files of endpoints. The result is the
/// exit code.
int Check(const std::string& file, const config::Loading& loading);

}  // namespace evenkeel::proxy
