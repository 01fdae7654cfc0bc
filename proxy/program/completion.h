// Completion: scripts that have a shell complete the program's commands and flags.
//
// Pure: made from what the command line has, so that they cannot fall behind it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace evenkeel::proxy {

enum class Shell { kBash, kZsh, kFish };

/// Nothing for a name that is no shell of these.
std::optional<Shell> ParseShell(std::string_view name);

/// What can follow a flag, or stand alone.
struct CompletedValue {
  enum class Kind { kNone, kAnything, kFile, kWord };
  Kind kind = Kind::kNone;
  std::vector<std::string> words{};  ///< of kWord
};

struct CompletedFlag {
  std::vector<std::string> names;  ///< "-c", "--config"
  std::string description;
  CompletedValue value{};
};

struct CompletedCommand {
  std::string name;
  std::string description;
  std::vector<CompletedFlag> flags{};
  CompletedValue positional{};
};

/// What stands before a command is the first's; its name is the program's.
std::string CompletionScript(Shell shell, const CompletedCommand& program,
                             const std::vector<CompletedCommand>& commands);

}  // namespace evenkeel::proxy
