#include "proxy/program/completion.h"

namespace evenkeel::proxy {
namespace {

using Kind = CompletedValue::Kind;

std::string Join(const std::vector<std::string>& words, std::string_view between) {
  std::string joined;
  for (const std::string& each : words) {
    if (!joined.empty()) joined += between;
    joined += each;
  }
  return joined;
}

std::vector<std::string> FlagNames(const CompletedCommand& command) {
  std::vector<std::string> names;
  for (const CompletedFlag& each : command.flags) {
    names.insert(names.end(), each.names.begin(), each.names.end());
  }
  return names;
}

std::vector<std::string> Names(const std::vector<CompletedCommand>& commands) {
  std::vector<std::string> names;
  for (const CompletedCommand& each : commands) names.push_back(each.name);
  return names;
}

// As it may stand between single quotes, without what the shells' own syntax uses there.
std::string Said(std::string_view text) {
  std::string said;
  for (const char c : text) {
    if (c == '\'' || c == '[' || c == ']' || c == '`') continue;
    said += c == ':' ? ',' : c;
  }
  return said;
}

std::string BashReply(const std::string& what) {
  return "COMPREPLY=($(compgen " + what + " -- \"$current\"))";
}

std::string BashOf(const CompletedValue& value) {
  if (value.kind == Kind::kFile) return BashReply("-f");
  if (value.kind == Kind::kWord) return BashReply("-W '" + Join(value.words, " ") + "'");
  return "COMPREPLY=()";
}

std::string BashCase(const CompletedCommand& command) {
  std::string text = "    " + command.name + ")\n      case $before in\n";
  for (const CompletedFlag& each : command.flags) {
    if (each.value.kind == Kind::kNone) continue;
    text += "        " + Join(each.names, "|") + ") " + BashOf(each.value) + "; return ;;\n";
  }
  std::vector<std::string> words = FlagNames(command);
  words.insert(words.end(), command.positional.words.begin(), command.positional.words.end());
  text += "      esac\n      " + BashReply("-W '" + Join(words, " ") + "'") + "\n";
  if (command.positional.kind == Kind::kFile) {
    text += "      [[ $current == -* ]] || " + BashReply("-f") + "\n";
  }
  return text + "      ;;\n";
}

std::string Bash(const CompletedCommand& program, const std::vector<CompletedCommand>& commands) {
  std::vector<std::string> first = Names(commands);
  for (std::string& each : FlagNames(program)) first.push_back(std::move(each));
  std::string text =
      "# bash completion of " + program.name + "\n_" + program.name +
      "() {\n"
      "  local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}\n"
      "  if ((COMP_CWORD == 1)); then\n    " +
      BashReply("-W '" + Join(first, " ") + "'") +
      "\n    return\n  fi\n  case ${COMP_WORDS[1]} in\n";
  for (const CompletedCommand& each : commands) text += BashCase(each);
  return text + "  esac\n}\ncomplete -o filenames -F _" + program.name + " " + program.name + "\n";
}

std::string ZshOf(const CompletedValue& value) {
  if (value.kind == Kind::kFile) return ":file:_files";
  if (value.kind == Kind::kWord) return ":value:(" + Join(value.words, " ") + ")";
  return value.kind == Kind::kAnything ? ":value: " : "";
}

std::string Zsh(const CompletedCommand& program, const std::vector<CompletedCommand>& commands) {
  std::string text = "#compdef " + program.name + "\n_" + program.name +
                     "() {\n  if ((CURRENT == 2)); then\n    local -a commands=(\n";
  for (const CompletedCommand& each : commands) {
    text += "      '" + each.name + ":" + Said(each.description) + "'\n";
  }
  text +=
      "    )\n    _describe command commands\n    return\n  fi\n  local command=$words[2]\n"
      "  shift words\n  ((CURRENT--))\n  case $command in\n";
  for (const CompletedCommand& each : commands) {
    text += "    " + each.name + ")\n      _arguments";
    for (const CompletedFlag& flag : each.flags) {
      for (const std::string& name : flag.names) {
        text +=
            " \\\n        '" + name + "[" + Said(flag.description) + "]" + ZshOf(flag.value) + "'";
      }
    }
    if (each.positional.kind != Kind::kNone)
      text += " \\\n        '*" + ZshOf(each.positional) + "'";
    text += "\n      ;;\n";
  }
  return text + "  esac\n}\nif [ \"$funcstack[1]\" = _" + program.name + " ]; then\n  _" +
         program.name + "\nelse\n  compdef _" + program.name + " " + program.name + "\nfi\n";
}

std::string FishOf(const CompletedValue& value) {
  if (value.kind == Kind::kFile) return " -r -F";
  if (value.kind == Kind::kWord) return " -x -a '" + Join(value.words, " ") + "'";
  return value.kind == Kind::kAnything ? " -x" : "";
}

std::string FishName(const std::string& flag) {
  return flag.starts_with("--") ? " -l " + flag.substr(2) : " -s " + flag.substr(1);
}

std::string Fish(const CompletedCommand& program, const std::vector<CompletedCommand>& commands) {
  const std::string complete = "complete -c " + program.name;
  std::string text = "# fish completion of " + program.name + "\n" + complete + " -f\n";
  for (const CompletedCommand& each : commands) {
    text += complete + " -n __fish_use_subcommand -a " + each.name + " -d '" +
            Said(each.description) + "'\n";
    const std::string within = complete + " -n '__fish_seen_subcommand_from " + each.name + "'";
    for (const CompletedFlag& flag : each.flags) {
      text += within;
      for (const std::string& name : flag.names) text += FishName(name);
      text += FishOf(flag.value) + " -d '" + Said(flag.description) + "'\n";
    }
    if (each.positional.kind == Kind::kFile) text += within + " -F\n";
    if (each.positional.kind == Kind::kWord) {
      text += within + " -a '" + Join(each.positional.words, " ") + "'\n";
    }
  }
  return text;
}

}  // namespace

std::optional<Shell> ParseShell(std::string_view name) {
  if (name == "bash") return Shell::kBash;
  if (name == "zsh") return Shell::kZsh;
  if (name == "fish") return Shell::kFish;
  return std::nullopt;
}

std::string CompletionScript(Shell shell, const CompletedCommand& program,
                             const std::vector<CompletedCommand>& commands) {
  switch (shell) {
    case Shell::kBash:
      return Bash(program, commands);
    case Shell::kZsh:
      return Zsh(program, commands);
    case Shell::kFish:
      return Fish(program, commands);
  }
  return {};
}

}  // namespace evenkeel::proxy
