// CommandLine: the program's flags, checked. The only place that includes CLI11.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "lib/base/address.h"
#include "lib/base/clock.h"
#include "lib/config/config.h"
#include "lib/telemetry/access_log.h"
#include "lib/telemetry/log.h"

namespace evenkeel::proxy {

struct RunCommand {
  std::string config_file;
  base::Duration drain_timeout = std::chrono::seconds(30);
  std::optional<unsigned> workers;  ///< overrides the configuration
  telemetry::LogLevel log_level = telemetry::LogLevel::kInfo;
  telemetry::LogFormat log_format = telemetry::LogFormat::kText;
  telemetry::AccessLog::Output access_log{};  ///< to nowhere: there is none
  bool takeover = false;                      ///< from the process that runs
  std::string takeover_socket;                ///< empty: no successor may take over
};

struct CheckCommand {
  enum class Format { kText, kJson };
  std::string config_file;  ///< "-": standard input
  Format format = Format::kText;
};

/// `evenkeel ready`: is the sidecar that runs here ready?
struct ReadyCommand {
  base::Address admin = *config::Admin().address;
  base::Duration timeout = std::chrono::seconds(1);
  std::string token_file{};  ///< the first of its tokens goes along; empty: none
};

/// What a reload of `before` to `after` would change.
struct DiffCommand {
  std::string before;
  std::string after;
};

/// What a configuration does with one call.
struct ExplainCommand {
  std::string config_file{};
  std::string listener{};                 ///< its address as configured; empty: the only one
  std::string path{};                     ///< "/package.Service/Method"
  std::string authority{};                ///< empty: none
  std::vector<std::string> metadata{};    ///< "name=value"
  std::vector<std::string> identities{};  ///< names in the client's certificate
  std::string token{};                    ///< the name of its bearer token; empty: it has none
  std::vector<std::string> claims{};      ///< "name=value", of its JSON Web Token; empty: none
  std::string address = "127.0.0.1";      ///< the client's, without port
};

/// Print the JSON Schema of the configuration.
struct SchemaCommand {};

/// Print a configuration to start from.
struct InitCommand {};

/// There is nothing to do but to exit: help, the version or a completion script was printed, or the
/// flags are wrong and standard error says how.
struct ExitCommand {
  int code;
};

using Command = std::variant<RunCommand, CheckCommand, ReadyCommand, DiffCommand, ExplainCommand,
                             SchemaCommand, InitCommand, ExitCommand>;

/// Wrong use of the program or a wrong configuration; all else that fails exits with 1.
inline constexpr int kUsageExitCode = 2;

Command ParseCommandLine(int argc, const char* const* argv);

}  // namespace evenkeel::proxy
