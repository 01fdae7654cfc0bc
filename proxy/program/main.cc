// The program: flags to a command, and that one's exit code.

#include <unistd.h>

#include <cstdlib>
#include <exception>
#include <iostream>
#include <string_view>
#include <variant>

#include "lib/config_json/schema.h"
#include "lib/process/standard_streams.h"
#include "lib/yaml/loader.h"
#include "lib/yaml/starting_file.h"
#include "proxy/program/check_command.h"
#include "proxy/program/command_line.h"
#include "proxy/program/diff_command.h"
#include "proxy/program/error_display.h"
#include "proxy/program/explain_command.h"
#include "proxy/program/ready_command.h"
#include "proxy/program/sidecar.h"

namespace evenkeel::proxy {
namespace {

int Print(std::string_view text) {
  std::cout << text << std::flush;
  return std::cout ? EXIT_SUCCESS : EXIT_FAILURE;
}

int Start(const RunCommand& run) {
  HoldSignals();
  const config::Loading loading = config::Load(run.config_file);
  if (loading.config) return Serve(run, loading);
  std::cerr << Display(loading.config.error(), StyleFor(STDERR_FILENO), TextOfFile);
  return kUsageExitCode;
}

int Execute(const Command& command) {
  if (const auto* ready = std::get_if<ReadyCommand>(&command)) return SayWhetherReady(*ready);
  if (const auto* diff = std::get_if<DiffCommand>(&command)) return ShowDiff(*diff);
  if (const auto* explain = std::get_if<ExplainCommand>(&command)) return ShowExplanation(*explain);
  if (std::holds_alternative<SchemaCommand>(command)) return Print(admin::SchemaJson());
  if (std::holds_alternative<InitCommand>(command)) return Print(config::kStartingFile);
  if (const auto* exit = std::get_if<ExitCommand>(&command)) return exit->code;
  if (const auto* check = std::get_if<CheckCommand>(&command)) return Check(*check);
  return Start(std::get<RunCommand>(command));
}

}  // namespace
}  // namespace evenkeel::proxy

int main(int argc, char** argv) {
  evenkeel::proxy::OpenStandardStreams();
  try {
    return evenkeel::proxy::Execute(evenkeel::proxy::ParseCommandLine(argc, argv));
  } catch (const std::exception& error) {  // out of memory, no thread to be had
    std::cerr << "evenkeel: " << error.what() << '\n';
    return EXIT_FAILURE;
  }
}
