#include "proxy/program/diff_command.h"

#include <unistd.h>

#include <cstdlib>
#include <iostream>

#include "lib/config_json/config_diff.h"
#include "lib/yaml/loader.h"
#include "proxy/program/error_display.h"

namespace evenkeel::proxy {

std::vector<std::string> DescribeChanges(const config::Config& before,
                                         const config::Config& after) {
  std::vector<std::string> lines;
  for (const admin::ConfigChange& each : admin::Diff(before, after)) {
    lines.push_back(admin::ToLine(each));
  }
  return lines;
}

int ShowDiff(const DiffCommand& command) {
  const auto before = config::LoadFile(command.before);
  const ErrorStyle style = StyleFor(STDERR_FILENO);
  if (!before) std::cerr << Display(before.error(), style, TextOfFile);
  const auto after = config::LoadFile(command.after);
  if (!after) std::cerr << Display(after.error(), style, TextOfFile);
  if (!before || !after) return kUsageExitCode;
  const auto lines = DescribeChanges(*before, *after);
  for (const std::string& each : lines) std::cout << each << '\n';
  return lines.empty() ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace evenkeel::proxy
