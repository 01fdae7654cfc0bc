// A small file as text, and what to say of one that cannot be read.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "lib/base/result.h"
#include "lib/yaml/config_error.h"

namespace evenkeel::config {

/// Enough for `--config <(generate)`; a pipe that takes a file's place must not stop us for long.
inline constexpr auto kPipePatience = std::chrono::seconds(3);

/// What the file holds, cut one byte after yaml_parser.h's kMaxFileBytes, so that the parser sees
/// that it is too large, even when it is a pipe or a device without an end. The error is an errno;
/// ETIMEDOUT when a pipe has not ended after kPipePatience, in which nothing else goes on.
base::Result<std::string, int> ReadTextFile(const std::string& path);
/// The same without patience: a pipe that has nothing now is ETIMEDOUT. For who serves meanwhile.
base::Result<std::string, int> ReadTextFileAtOnce(const std::string& path);

/// Of the file that `subject` names, empty where the place of the complaint does; `missing` is the
/// advice when there is none.
Complaint Unreadable(std::string_view subject, int error, std::string_view missing);

}  // namespace evenkeel::config
