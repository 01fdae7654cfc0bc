#include "lib/telemetry/log_levels.h"

namespace evenkeel::telemetry {

base::Result<LogFolder, std::string> ParseLogFolder(std::string_view text) {
  std::string known;
  for (size_t i = 0; i < kLogFolderCount; ++i) {
    const auto folder = static_cast<LogFolder>(i);
    const std::string_view name = LogFolderName(folder);
    if (text == name || text == name.substr(name.find('/') + 1)) return folder;
    known.append(known.empty() ? "" : ", ").append(name);
  }
  return base::Error("folder \"" + std::string(text) +
                     "\" is unknown to the log; expected one of " + known);
}

}  // namespace evenkeel::telemetry
