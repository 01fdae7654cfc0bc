// A small file as text, and what to say of one that cannot be read.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "config/config_error.h"

namespace evenkeel::config {

/// What the file holds, cut one byte after yaml_parser.h's kMaxFileBytes, so that the parser sees
/// that it is too large, even when it is a pipe or a device without an end. The error is an errno.
base::Result<std::string, int> ReadTextFile(const std::string& path);

/// Of the file that `subject` names, empty where the place of the complaint does; `missing` is the
/// advice when there is none.
Complaint Unreadable(std::string_view subject, int error, std::string_view missing);

}  // namespace evenkeel::config
