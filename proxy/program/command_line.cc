#include "proxy/program/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/version.h"
#include "lib/config/complaint.h"
#include "lib/config/quantity.h"
#include "lib/config/suggestion.h"
#include "proxy/program/completion.h"
#include "proxy/program/handover.h"

namespace evenkeel::proxy {
namespace {

constexpr char kDescription[] =
    "Evenkeel: a sidecar that spreads every gRPC call over the healthy replicas of a service.";

constexpr char kFooter[] =
    "Exit codes: 0 after a drain or a successful check, 1 when it cannot run, is not ready, diff\n"
    "finds a difference, or explain a refusal, 2 for wrong flags or a wrong configuration.\n"
    "Signals: SIGTERM, SIGINT and SIGQUIT drain; a second one ends at once. SIGHUP reads\n"
    "the configuration again, as a change of its files does. SIGUSR1 opens the access log anew.";

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

base::Result<CheckCommand::Format, std::string> ParseCheckFormat(const std::string& text) {
  if (text == "text") return CheckCommand::Format::kText;
  if (text == "json") return CheckCommand::Format::kJson;
  return base::Error("format " + config::Quoted(text) + " is unknown; expected text or json");
}

base::Result<Shell, std::string> ParseShellName(const std::string& text) {
  if (const auto shell = ParseShell(text)) return *shell;
  return base::Error("shell " + config::Quoted(text) + " is unknown; expected bash, zsh or fish");
}

// By name or by place.
void AddConfigFlag(CLI::App& app, std::string& file, const std::string& description) {
  app.add_option("-c,--config,FILE", file, description)->required()->type_name("FILE");
}

void AddAccessLogFlags(CLI::App& app, telemetry::AccessLog::Output& log) {
  app.add_option("--access-log", log.to,
                 "Write a line for each call to this file, or to stdout; default: nowhere")
      ->type_name("FILE");
  AddParsed(app, "--access-log-format", log.format, telemetry::ParseLogFormat,
            "json or text; default json")
      ->type_name("FORMAT");
  app.add_option("--access-log-percentage", log.percentage,
                 "Of calls that end OK and are not slow, so many get their line; default 100")
      ->check(CLI::Range(0.0, 100.0))
      ->type_name("NUMBER");
  AddParsed(app, "--access-log-slower-than", log.slower_than, ParseDuration,
            "Calls that take longer get their line in any case")
      ->type_name("DURATION");
}

void AddRunFlags(CLI::App& app, RunCommand& run) {
  AddConfigFlag(app, run.config_file, "Configuration file (YAML)");
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
  AddAccessLogFlags(app, run.access_log);
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

void AddCheckFlags(CLI::App& app, CheckCommand& check) {
  AddConfigFlag(app, check.config_file, "Configuration file (YAML); - is standard input");
  AddParsed(app, "--format", check.format, ParseCheckFormat,
            "text or json (one object, on standard output); default text")
      ->type_name("FORMAT");
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

[[noreturn]] void RefuseUnknown(std::string_view what, std::string_view name,
                                const std::vector<std::string>& known, const std::string& nouns) {
  throw CLI::ExtrasError("unknown " + std::string(what) + " " + config::Quoted(name) + "; " +
                             config::Suggest(name, known, nouns),
                         CLI::ExitCodes::ExtrasError);
}

// As they are written: "-c", "--config".
std::vector<std::string> NamesOf(const CLI::Option& option) {
  std::vector<std::string> names;
  for (const std::string& each : option.get_snames()) names.push_back("-" + each);
  for (const std::string& each : option.get_lnames()) names.push_back("--" + each);
  return names;
}

// CLI11 would first say what else is missing, and not what was probably meant.
void RefuseUnknownFlags(const CLI::App& app, const std::vector<std::string_view>& words) {
  std::vector<std::string> known;
  std::vector<std::string> listed;
  for (const CLI::Option* each : app.get_options()) {
    for (std::string& name : NamesOf(*each)) {
      if (name.starts_with("--")) listed.push_back(name);
      known.push_back(std::move(name));
    }
  }
  for (const std::string_view word : words) {
    if (word == "--") return;
    if (!word.starts_with("--")) continue;
    const std::string_view name = word.substr(0, word.find('='));
    if (std::ranges::count(known, name) == 0) RefuseUnknown("flag", name, listed, "flags");
  }
}

// CLI11 would say that a command is missing.
void RefuseUnknownWords(const CLI::App& app, const std::vector<std::string_view>& words) {
  if (words.empty() || words[0].empty()) return;
  if (words[0].starts_with('-')) return RefuseUnknownFlags(app, words);
  std::vector<std::string> known;
  for (const CLI::App* each : app.get_subcommands(nullptr)) {
    if (each->get_name() == words[0])
      return RefuseUnknownFlags(*each, {words.begin() + 1, words.end()});
    known.push_back(each->get_name());
  }
  RefuseUnknown("command", words[0], known, "commands");
}

// What a value can be, by what help calls it.
CompletedValue ValueOf(const CLI::Option& option) {
  using Kind = CompletedValue::Kind;
  static const std::map<std::string, std::vector<std::string>> words = {
      {"LEVEL", {"debug", "info", "warning", "error"}},
      {"FORMAT", {"text", "json"}},
      {"SHELL", {"bash", "zsh", "fish"}}};
  if (option.get_items_expected_max() == 0) return {};
  const std::string type = option.get_type_name();
  if (type == "FILE" || type == "PATH") return {Kind::kFile};
  const auto found = words.find(type);
  return found == words.end() ? CompletedValue{Kind::kAnything}
                              : CompletedValue{Kind::kWord, found->second};
}

CompletedCommand ForCompletion(const CLI::App& app) {
  CompletedCommand command{app.get_name(), app.get_description()};
  for (const CLI::Option* each : app.get_options()) {
    if (each->get_positional()) command.positional = ValueOf(*each);
    const auto names = NamesOf(*each);
    if (!names.empty()) command.flags.push_back({names, each->get_description(), ValueOf(*each)});
  }
  return command;
}

std::string CompletionFor(Shell shell, const CLI::App& app) {
  std::vector<CompletedCommand> commands;
  for (const CLI::App* each : app.get_subcommands(nullptr))
    commands.push_back(ForCompletion(*each));
  return CompletionScript(shell, ForCompletion(app), commands);
}

void AddDiffFlags(CLI::App& app, DiffCommand& diff) {
  app.add_option("OLD", diff.before, "What runs (YAML)")->required()->type_name("FILE");
  app.add_option("NEW", diff.after, "What would run (YAML)")->required()->type_name("FILE");
}

void AddExplainFlags(CLI::App& app, ExplainCommand& explain) {
  AddConfigFlag(app, explain.config_file, "Configuration file (YAML)");
  app.add_option("--path", explain.path, "What is called: /package.Service/Method")
      ->required()
      ->type_name("METHOD");
  app.add_option("--listener", explain.listener,
                 "Where it comes in: the listener's `address`; default: the only one")
      ->type_name("ADDRESS");
  app.add_option("--authority", explain.authority, "The host that it is for")->type_name("HOST");
  app.add_option("--metadata", explain.metadata, "What it carries; may be repeated")
      ->type_name("NAME=VALUE")
      ->allow_extra_args(false);
  app.add_option("--identity", explain.identities,
                 "A name in the client's certificate; may be repeated")
      ->type_name("NAME")
      ->allow_extra_args(false);
  app.add_option("--token", explain.token, "The name of the client's bearer token")
      ->type_name("NAME");
  app.add_option("--claim", explain.claims, "What its JSON Web Token says; may be repeated")
      ->type_name("NAME=VALUE")
      ->allow_extra_args(false);
  app.add_option("--address", explain.address, "The client's IP address; default 127.0.0.1")
      ->type_name("IP");
}

ExitCommand Printed(const std::string& text) {
  std::cout << text << std::flush;
  return {std::cout ? EXIT_SUCCESS : EXIT_FAILURE};
}

}  // namespace

Command ParseCommandLine(int argc, const char* const* argv) {
  RunCommand run;
  CheckCommand check;
  ReadyCommand ready;
  CLI::App app(kDescription, "evenkeel");
  app.footer(kFooter);
  const std::string version = std::string("evenkeel ") + base::kVersion;
  app.set_version_flag("-V,--version", version);
  app.require_subcommand(1);
  CLI::App* run_app = app.add_subcommand("run", "Balance calls until SIGTERM");
  AddRunFlags(*run_app, run);
  CLI::App* check_app =
      app.add_subcommand("check", "Check a configuration file and say all that is wrong with it");
  AddCheckFlags(*check_app, check);
  CLI::App* ready_app = app.add_subcommand(
      "ready",
      "Ask the sidecar that runs here whether it is ready; for health checks of containers");
  AddReadyFlags(*ready_app, ready);
  DiffCommand diff;
  CLI::App* diff_app = app.add_subcommand(
      "diff", "Show what a reload of one configuration to another would change and reconnect");
  AddDiffFlags(*diff_app, diff);
  ExplainCommand explain;
  CLI::App* explain_app = app.add_subcommand(
      "explain", "Say which route and rules a call meets, and whether it goes on");
  AddExplainFlags(*explain_app, explain);
  CLI::App* schema_app =
      app.add_subcommand("schema", "Print the JSON Schema of the configuration, for editors");
  CLI::App* init_app = app.add_subcommand("init", "Print a commented configuration to start from");
  const CLI::App* const version_app = app.add_subcommand("version", "Print the release");
  Shell shell = Shell::kBash;
  CLI::App* completion_app = app.add_subcommand(
      "completion", "Print a script that has a shell complete commands and flags");
  AddParsed(*completion_app, "SHELL", shell, ParseShellName, "bash, zsh or fish")
      ->required()
      ->type_name("SHELL");
  try {
    RefuseUnknownWords(app, {argv + std::min(argc, 1), argv + argc});
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return ExitCommand{app.exit(error) == 0 ? 0 : kUsageExitCode};
  }
  if (run.takeover && run.takeover_socket.empty()) run.takeover_socket = DefaultTakeoverSocket();
  if (version_app->parsed()) return Printed(version + "\n");
  if (completion_app->parsed()) return Printed(CompletionFor(shell, app));
  if (check_app->parsed()) return check;
  if (diff_app->parsed()) return diff;
  if (explain_app->parsed()) return explain;
  if (schema_app->parsed()) return SchemaCommand{};
  if (init_app->parsed()) return InitCommand{};
  if (ready_app->parsed()) return ready;
  return run;
}

}  // namespace evenkeel::proxy
