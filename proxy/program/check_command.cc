#include "proxy/program/check_command.h"

#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <variant>

#include "lib/config/own_listener.h"
#include "lib/yaml/loader.h"
#include "proxy/program/command_line.h"

namespace evenkeel::proxy {
namespace {

// Files of endpoints; one that is not there may come later.
bool CheckEndpointFiles(const config::Config& config) {
  bool good = true;
  for (const config::Cluster& each : config.clusters) {
    const auto* file = std::get_if<config::EndpointsFile>(&each.origin);
    if (file == nullptr) continue;
    if (::access(file->path.c_str(), F_OK) != 0) {
      std::cerr << file->path << ": warning: there is no such file of endpoints of cluster "
                << each.name << " yet; its calls fail until it comes\n";
      continue;
    }
    const auto endpoints = config::LoadEndpoints(file->path);
    if (!endpoints) std::cerr << config::Format(endpoints.error());
    good = good && endpoints;
  }
  return good;
}

}  // namespace

int Check(const std::string& file, const config::Loading& loading) {
  const config::Config& config = *loading.config;
  for (const config::ConfigError& each : loading.warnings) {
    std::cerr << config::FormatWarning(each) << '\n';
  }
  if (!CheckEndpointFiles(config)) return kUsageExitCode;
  if (const auto ours = config::FindOwnListener(config)) {
    std::cerr << file << ": " << *ours << '\n';
    return kUsageExitCode;
  }
  std::cout << file << ": ok (" << config.listeners.size() << " listeners, "
            << config.clusters.size() << " clusters)\n";
  return EXIT_SUCCESS;
}

}  // namespace evenkeel::proxy
