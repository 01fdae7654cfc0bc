#include "proxy/program/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <string>
#include <vector>

#include "lib/base/version.h"
#include "lib/config/complaint.h"
#include "lib/config/quantity.h"
#include "lib/config/suggestion.h"
#include "proxy/program/handover.h"

namespace evenkeel::proxy {
namespace {

constexpr char kDescription[] =
    "Evenkeel: a sidecar that spreads every gRPC call over the healthy replicas of a service.";

constexpr char kFooter[] =
    "Exit codes: 0 after a drain or a successful check, 1 when it cannot run, is not ready, or "
    "diff\n"
    "finds a difference, 2 for wrong flags or a wrong configuration.\n"
    "Signals: SIGTERM, SIGINT and SIGQUIT drain; a second one ends at once. SIGHUP reads\n"
    "the configuration again, as a change of its files does.";

// Turns a parser's Result into CLI11's way of refusing a value.
template <typename Parser, typename Target>
CLI::Option* AddParsed(CLI::App& app, const std::string& name, Target& target, Parser parse,
                       const std::string& description) {
  return app.add_option_function<std::string>(
      name,
      [&target, parse, name](const std::string& text) {
        const auto value = parse(text);
        if (!value) throw CLI::ValidationError(name, value.error());
        target = *value;
      },
      description);
}

base::Result<base::Duration, std::string> ParseDuration(const std::string& text) {
  const auto value = config::DurationUnit::Parse(text);
  if (!value) return base::Error(value.error().reason + "; " + value.error().hint);
  return base::Duration(*value);
}

void AddConfigFlag(CLI::App& app, std::string& file) {
  app.add_option("--config", file, "Configuration file (YAML)")->required()->type_name("FILE");
}

void AddRunFlags(CLI::App& app, RunCommand& run) {
  AddConfigFlag(app, run.config_file);
  AddParsed(app, "--drain-timeout", run.drain_timeout, ParseDuration,
            "After SIGTERM, calls in progress may take this long; default 30s")
      ->type_name("DURATION");
  app.add_option("--workers", run.workers,
                 "Threads for calls; default: `workers` of the configuration, else the CPUs that "
                 "the cgroup's quota and the affinity allow")
      ->check(CLI::Range(1, 256));
  AddParsed(app, "--log-level", run.log_level, telemetry::ParseLogLevel,
            "debug, info, warning (or warn) or error; default info")
      ->type_name("LEVEL");
  AddParsed(app, "--log-format", run.log_format, telemetry::ParseLogFormat,
            "text or json; default text")
      ->type_name("FORMAT");
  app.add_flag(
      "--takeover", run.takeover,
      "Take the listening sockets over from the process that runs, if one does, which then "
      "drains; and let the next do the same with this one");
  app.add_option(
         "--takeover-socket", run.takeover_socket,
         "Where the running process is asked, and this one lets itself be asked; default: " +
             DefaultTakeoverSocket() + " with --takeover, else nowhere")
      ->type_name("PATH");
}

void AddReadyFlags(CLI::App& app, ReadyCommand& ready) {
  AddParsed(app, "--admin", ready.admin, base::Address::Parse,
            "The sidecar's `admin` address; default " + ready.admin.ToString())
      ->type_name("ADDRESS");
  AddParsed(app, "--timeout", ready.timeout, ParseDuration,
            "The answer may take this long; default 1s")
      ->type_name("DURATION");
  app.add_option("--token-file", ready.token_file,
                 "The sidecar's `admin.token_file`, where /ready is not one of its open pages")
      ->type_name("FILE");
}

// CLI11 would say that a command is missing.
void RefuseUnknownCommand(const CLI::App& app, int argc, const char* const* argv) {
  if (argc < 2 || *argv[1] == '\0' || *argv[1] == '-') return;
  std::vector<std::string> known;
  for (const CLI::App* each : app.get_subcommands(nullptr)) known.push_back(each->get_name());
  if (std::ranges::count(known, argv[1]) > 0) return;
  throw CLI::ExtrasError("unknown command " + config::Quoted(argv[1]) + "; " +
                             config::Suggest(argv[1], known, "commands"),
                         CLI::ExitCodes::ExtrasError);
}

void AddDiffFlags(CLI::App& app, DiffCommand& diff) {
  app.add_option("OLD", diff.before, "What runs (YAML)")->required()->type_name("FILE");
  app.add_option("NEW", diff.after, "What would run (YAML)")->required()->type_name("FILE");
}

}  // namespace

Command ParseCommandLine(int argc, const char* const* argv) {
  RunCommand run;
  CheckCommand check;
  ReadyCommand ready;
  CLI::App app(kDescription, "evenkeel");
  app.footer(kFooter);
  app.set_version_flag("--version", std::string("evenkeel ") + base::kVersion);
  app.require_subcommand(1);
  CLI::App* run_app = app.add_subcommand("run", "Balance calls until SIGTERM");
  AddRunFlags(*run_app, run);
  CLI::App* check_app =
      app.add_subcommand("check", "Check a configuration file and say all that is wrong with it");
  AddConfigFlag(*check_app, check.config_file);
  CLI::App* ready_app = app.add_subcommand(
      "ready",
      "Ask the sidecar that runs here whether it is ready; for health checks of containers");
  AddReadyFlags(*ready_app, ready);
  DiffCommand diff;
  CLI::App* diff_app = app.add_subcommand(
      "diff", "Show what a reload of one configuration to another would change and reconnect");
  AddDiffFlags(*diff_app, diff);
  CLI::App* schema_app =
      app.add_subcommand("schema", "Print the JSON Schema of the configuration, for editors");
  CLI::App* init_app = app.add_subcommand("init", "Print a commented configuration to start from");
  try {
    RefuseUnknownCommand(app, argc, argv);
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return ExitCommand{app.exit(error) == 0 ? 0 : kUsageExitCode};
  }
  if (run.takeover && run.takeover_socket.empty()) run.takeover_socket = DefaultTakeoverSocket();
  if (check_app->parsed()) return check;
  if (diff_app->parsed()) return diff;
  if (schema_app->parsed()) return SchemaCommand{};
  if (init_app->parsed()) return InitCommand{};
  if (ready_app->parsed()) return ready;
  return run;
}

}  // namespace evenkeel::proxy
