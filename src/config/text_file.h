// A small file as text.
#pragma once

#include <string>

#include "base/result.h"
#include "config/config_error.h"

namespace evenkeel::config {

/// What the file holds, cut one byte after yaml_parser.h's kMaxFileBytes, so that the parser sees
/// that it is too large, even when it is a device without an end.
base::Result<std::string, Complaint> ReadTextFile(const std::string& path);

}  // namespace evenkeel::config
