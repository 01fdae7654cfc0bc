// What the command lines of user-service and user-client share: typed flags on top of CLI11, and
// how parsing ends. CLI11's exceptions stay in flags.cc.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/address.h"
#include "lib/base/clock.h"
#include "lib/rpc/status.h"

namespace evenkeel::backend {

/// Why a program ends before it starts: --help and --version (exit code 0, text for stdout) or a
/// mistake on the command line (exit code 2, text for stderr). The text ends with a newline.
struct EarlyExit {
  int code = 0;
  std::string text;
};

inline constexpr int kUsageError = 2;

/// Each adds a flag that writes to `target`, whose present value is shown as the default. `target`
/// must outlive `app`.
CLI::Option* AddDuration(CLI::App& app, const std::string& names, base::Duration& target,
                         const std::string& description);
CLI::Option* AddAddresses(CLI::App& app, const std::string& names,
                          std::vector<base::Address>& target, const std::string& description);

/// Reads a name ("UNAVAILABLE", case does not matter) or number (0 to 16).
std::optional<rpc::StatusCode> ParseStatusCode(std::string_view text);

/// Parses what follows the program's name. Nothing: all is well, go on.
std::optional<EarlyExit> ParseArguments(CLI::App& app, std::vector<std::string> arguments);

/// A mistake that only shows once all flags are known, in CLI11's form.
EarlyExit UsageError(const CLI::App& app, const std::string& message);

}  // namespace evenkeel::backend
