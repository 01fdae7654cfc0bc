#include <algorithm>
#include <iomanip>
#include <nlohmann/json.hpp>
#include <ostream>

#include "sim/columns.h"
#include "sim/report.h"

namespace evenkeel::sim {
namespace {

constexpr const char* kEndingNames[kEndings] = {"answered", "failed", "deadline", "no_endpoint",
                                                "unfinished"};

nlohmann::json JsonOf(const Result& result) {
  nlohmann::json json = {{"policy", result.policy},
                         {"calls", result.calls},
                         {"error_share", result.ErrorShare()},
                         {"mean_utilization", result.mean_utilization},
                         {"max_utilization", result.max_utilization},
                         {"mean_queue", result.mean_queue},
                         {"max_queue", result.max_queue},
                         {"below_threshold", result.below_threshold},
                         {"watched_share", result.watched_share},
                         {"fair_share", result.fair_share},
                         {"events", result.events},
                         {"wall_seconds", result.wall_seconds}};
  for (size_t i = 0; i < kEndings; ++i) json["endings"][kEndingNames[i]] = result.endings[i];
  const auto quantile = [&](double q) {
    return static_cast<double>(result.latency.Quantile(q)) / 1e6;
  };
  json["latency_ms"] = {{"p50", quantile(0.5)},
                        {"p90", quantile(0.9)},
                        {"p99", quantile(0.99)},
                        {"p99.9", quantile(0.999)}};
  return json;
}

}  // namespace

void WriteTable(std::ostream& out, const ScenarioResults& results) {
  const Scenario& scenario = results.scenario;
  out << "\n"
      << scenario.name << ": " << scenario.about << "\n"
      << scenario.sidecars << " sidecars, " << scenario.ReplicaCount() << " replicas, "
      << static_cast<uint64_t>(scenario.rate) << " calls/s\n";
  const std::vector<Column> columns = ColumnsFor(scenario);
  std::vector<size_t> widths;
  for (const Column& column : columns) {
    size_t width = std::string_view(column.title).size();
    for (const Result& each : results.results) width = std::max(width, column.text(each).size());
    widths.push_back(width + 2);
  }
  const auto cell = [&](size_t column, const std::string& text) {
    out << (column == 0 ? std::left : std::right) << std::setw(static_cast<int>(widths[column]))
        << text;
  };
  for (size_t c = 0; c < columns.size(); ++c) cell(c, columns[c].title);
  for (const Result& each : results.results) {
    out << "\n";
    for (size_t c = 0; c < columns.size(); ++c) cell(c, columns[c].text(each));
  }
  out << "\n";
}

void WriteJson(std::ostream& out, const std::vector<ScenarioResults>& all, uint64_t seed,
               const std::string& command) {
  nlohmann::json json = {{"seed", seed}, {"command", command}};
  for (const ScenarioResults& each : all) {
    nlohmann::json scenario = {{"name", each.scenario.name},
                               {"about", each.scenario.about},
                               {"sidecars", each.scenario.sidecars},
                               {"replicas", each.scenario.ReplicaCount()},
                               {"calls_per_second", each.scenario.rate}};
    for (const Result& result : each.results) scenario["results"].push_back(JsonOf(result));
    json["scenarios"].push_back(scenario);
  }
  out << json.dump(2) << "\n";
}

}  // namespace evenkeel::sim
