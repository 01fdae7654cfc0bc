// Columns: what the tables of all reports show of a result.
#pragma once

#include <string>
#include <vector>

#include "sim/result.h"
#include "sim/scenario.h"

namespace evenkeel::sim {

struct Column {
  const char* title;
  std::string (*text)(const Result&);
};

/// Those that say something about this scenario.
std::vector<Column> ColumnsFor(const Scenario& scenario);

std::string Milliseconds(int64_t nanoseconds);
std::string Percent(double share, int digits);

}  // namespace evenkeel::sim
