// The results of scenarios in three forms: tables for a terminal, JSON, and one HTML page that
// needs nothing else.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

#include "sim/result.h"
#include "sim/scenario.h"

namespace evenkeel::sim {

struct ScenarioResults {
  Scenario scenario;
  std::vector<Result> results;
};

void WriteTable(std::ostream& out, const ScenarioResults& results);

/// `command`: how the run was started, so that a reader can repeat it.
void WriteJson(std::ostream& out, const std::vector<ScenarioResults>& all, uint64_t seed,
               const std::string& command);
void WriteHtml(std::ostream& out, const std::vector<ScenarioResults>& all, uint64_t seed,
               const std::string& command);

}  // namespace evenkeel::sim
