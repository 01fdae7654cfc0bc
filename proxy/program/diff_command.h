// DiffCommand: `evenkeel diff`, and the words in which every reload says what it changes.
#pragma once

#include <string>
#include <vector>

#include "lib/config/config.h"
#include "proxy/program/command_line.h"

namespace evenkeel::proxy {

/// "clusters.users.panic_threshold: 50 → 20 (at once, connections stay)", one line for each change.
std::vector<std::string> DescribeChanges(const config::Config& before, const config::Config& after);

/// Prints the changes, or on standard error what is wrong with the files. The result is the exit
/// code, as of diff(1): 0 without a difference, 1 with one, 2 for files that cannot be read.
int ShowDiff(const DiffCommand& command);

}  // namespace evenkeel::proxy
