#include "proxy/program/check_command.h"

#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <iterator>
#include <string>
#include <utility>
#include <variant>

#include "lib/config/own_listener.h"
#include "lib/config_json/json.h"
#include "lib/yaml/loader.h"
#include "lib/yaml/yaml_parser.h"
#include "proxy/program/error_display.h"

namespace evenkeel::proxy {
namespace {

using config::ConfigError;
using config::ConfigErrors;

constexpr char kStandardInput[] = "<stdin>";

/// All that is to be said.
struct Verdict {
  std::string file;
  std::string text;  ///< of standard input
  base::Result<config::Config, ConfigErrors> config = config::Config();
  ConfigErrors errors{};
  ConfigErrors warnings{};
};

// A byte more than a configuration may have is enough to see that it has too many.
std::string ReadStandardInput() {
  std::string text;
  char buffer[64 * 1024];
  while (text.size() <= config::kMaxFileBytes && std::cin) {
    std::cin.read(buffer, sizeof buffer);
    text.append(buffer, static_cast<size_t>(std::cin.gcount()));
  }
  return text;
}

// Files of endpoints; one that is not there may come later.
void CheckEndpointFiles(const config::Config& config, Verdict& verdict) {
  for (const config::Cluster& each : config.clusters) {
    const auto* file = std::get_if<config::EndpointsFile>(&each.origin);
    if (file == nullptr) continue;
    if (::access(file->path.c_str(), F_OK) != 0) {
      verdict.warnings.push_back(
          {file->path,
           {},
           "",
           "there is no such file of endpoints of cluster " + each.name + " yet",
           "its calls fail until it comes"});
      continue;
    }
    auto endpoints = config::LoadEndpoints(file->path);
    if (endpoints) continue;
    std::ranges::move(endpoints.error(), std::back_inserter(verdict.errors));
  }
}

Verdict Judge(const CheckCommand& command) {
  Verdict verdict;
  const bool is_given = command.config_file == "-";
  verdict.file = is_given ? kStandardInput : command.config_file;
  if (is_given) verdict.text = ReadStandardInput();
  config::Loading loading =
      is_given ? config::LoadGiven(verdict.text, verdict.file) : config::Load(verdict.file);
  verdict.warnings = std::move(loading.warnings);
  if (!loading.config) {
    verdict.errors = loading.config.error();
  } else {
    CheckEndpointFiles(*loading.config, verdict);
    if (const auto ours = config::FindOwnListener(*loading.config)) {
      verdict.errors.push_back({verdict.file, {}, "", *ours, ""});
    }
  }
  verdict.config = std::move(loading.config);
  return verdict;
}

admin::Json ToJson(const ConfigErrors& errors) {
  admin::Json json = admin::Json::array();
  for (const ConfigError& each : errors) {
    json.push_back({{"file", each.file},
                    {"line", each.mark.line},
                    {"column", each.mark.column},
                    {"key", each.key},
                    {"reason", each.reason},
                    {"hint", each.hint}});
  }
  return json;
}

void PrintJson(const Verdict& verdict) {
  const bool ok = verdict.errors.empty();
  admin::Json json = {{"file", verdict.file}, {"ok", ok}};
  if (ok) {
    json["listeners"] = verdict.config->listeners.size();
    json["clusters"] = verdict.config->clusters.size();
  }
  json["errors"] = ToJson(verdict.errors);
  json["warnings"] = ToJson(verdict.warnings);
  std::cout << admin::ToText(json) << std::flush;
}

void PrintText(const Verdict& verdict) {
  const TextOf text_of = [&verdict](const std::string& file) {
    return file == kStandardInput ? std::optional(verdict.text) : TextOfFile(file);
  };
  const ErrorStyle style = StyleFor(STDERR_FILENO);
  std::cerr << DisplayWarnings(verdict.warnings, style, text_of)
            << Display(verdict.errors, style, text_of);
  if (!verdict.errors.empty()) return;
  std::cout << verdict.file << ": ok (" << verdict.config->listeners.size() << " listeners, "
            << verdict.config->clusters.size() << " clusters)" << std::endl;
}

}  // namespace

int Check(const CheckCommand& command) {
  const Verdict verdict = Judge(command);
  if (command.format == CheckCommand::Format::kJson) {
    PrintJson(verdict);
  } else {
    PrintText(verdict);
  }
  return verdict.errors.empty() ? EXIT_SUCCESS : kUsageExitCode;
}

}  // namespace evenkeel::proxy
