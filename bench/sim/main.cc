// evenkeel-sim: tries balancing policies on fleets described in YAML and reports how calls fared.
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <fstream>
#include <functional>
#include <iostream>
#include <string>
#include <vector>

#include "sim/report.h"
#include "sim/simulation.h"

namespace evenkeel::sim {
namespace {

struct Options {
  std::vector<std::string> scenarios;
  std::vector<std::string> policies;
  uint64_t seed = 1;
  std::string json;
  std::string html;
};

double PeakMemoryMib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

ScenarioResults RunScenario(Scenario scenario, const Options& options) {
  if (!options.policies.empty()) {
    std::erase_if(scenario.contenders, [&](const Contender& each) {
      return std::ranges::find(options.policies, each.label) == options.policies.end();
    });
  }
  ScenarioResults results{std::move(scenario), {}};
  for (const Contender& each : results.scenario.contenders) {
    results.results.push_back(Simulation(results.scenario, each, options.seed).Run());
    const Result& result = results.results.back();
    std::cerr << results.scenario.name << " / " << result.policy << ": " << result.events
              << " events in " << result.wall_seconds << " s, peak memory " << PeakMemoryMib()
              << " MiB\n";
  }
  return results;
}

bool WriteFile(const std::string& path, const std::function<void(std::ostream&)>& write) {
  if (path.empty()) return true;
  std::ofstream file(path);
  write(file);
  file.close();
  if (!file) std::cerr << path << ": cannot be written\n";
  return static_cast<bool>(file);
}

int Run(const Options& options, const std::string& command) {
  std::vector<Scenario> scenarios;
  for (const std::string& path : options.scenarios) {
    auto scenario = LoadScenario(path);
    if (!scenario) {
      std::cerr << scenario.error() << "\n";
      return 2;
    }
    scenarios.push_back(*std::move(scenario));
  }
  std::vector<ScenarioResults> all;
  for (Scenario& each : scenarios) {
    all.push_back(RunScenario(std::move(each), options));
    WriteTable(std::cout, all.back());
    std::cout << std::flush;
  }
  std::erase_if(all, [](const ScenarioResults& each) { return each.results.empty(); });
  const bool json = WriteFile(
      options.json, [&](std::ostream& out) { WriteJson(out, all, options.seed, command); });
  const bool html = WriteFile(
      options.html, [&](std::ostream& out) { WriteHtml(out, all, options.seed, command); });
  return json && html ? 0 : 1;
}

}  // namespace
}  // namespace evenkeel::sim

int main(int argc, char** argv) {
  evenkeel::sim::Options options;
  CLI::App app{"Tries balancing policies on simulated fleets.", "evenkeel-sim"};
  app.add_option("scenario", options.scenarios, "Scenario files (YAML)")->required();
  app.add_option("--policy", options.policies, "Only these of each scenario's policies");
  app.add_option("--seed", options.seed, "The same seed gives the same run")->capture_default_str();
  app.add_option("--json", options.json, "Write all numbers to this file");
  app.add_option("--html", options.html, "Write a report with plots to this file");
  CLI11_PARSE(app, argc, argv);
  std::string command = "evenkeel-sim";
  for (int i = 1; i < argc; ++i) command += std::string(" ") + argv[i];
  return evenkeel::sim::Run(options, command);
}
