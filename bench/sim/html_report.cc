#include <algorithm>
#include <cmath>
#include <ostream>
#include <string_view>

#include "sim/columns.h"
#include "sim/plot.h"
#include "sim/report.h"

namespace evenkeel::sim {
namespace {

constexpr std::string_view kHead = R"(<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Evenkeel: balancing policies</title>
<style>
body { font: 15px/1.45 system-ui, sans-serif; max-width: 1180px; margin: 2em auto; padding: 0 1em; }
table { border-collapse: collapse; margin: 0.5em 0; }
td, th { padding: 0.2em 0.7em; text-align: right; border-bottom: 1px solid #ddd; }
td:first-child, th:first-child { text-align: left; }
svg { margin: 0.4em 0.8em 0 0; } svg text { font: 11px system-ui, sans-serif; }
.rule { stroke: #ddd; stroke-width: 0.7; } code { background: #f3f3f3; }
.key { display: inline-block; width: 1.6em; height: 0.3em; margin-right: 0.5em; vertical-align: middle; }
</style></head><body><h1>Balancing policies, simulated</h1>
)";

double Milliseconds(const Histogram& latency, double quantile) {
  return std::max(static_cast<double>(latency.Quantile(quantile)) / 1e6, 1e-3);
}

// x: how many nines; so the tail, which is what balancing is about, has most of the snapshot.
Plot QuantilePlot(const std::vector<Result>& results) {
  Plot plot{.title = "Latency by quantile", .x_title = "quantile", .y_title = "ms, logarithmic"};
  plot.x_ticks = {{0, "0"}, {1, "90 %"}, {2, "99 %"}, {3, "99.9 %"}, {4, "99.99 %"}};
  for (const Result& each : results) {
    Line line{each.policy, {}};
    for (double nines = 0.1; nines <= 4.0; nines += 0.05) {
      line.points.emplace_back(nines, Milliseconds(each.latency, 1 - std::pow(10, -nines)));
    }
    plot.lines.push_back(std::move(line));
  }
  return plot;
}

Plot TimePlot(const std::vector<Result>& results) {
  Plot plot{.title = "p99 over time", .x_title = "seconds", .y_title = "ms, logarithmic"};
  const size_t slices = results.front().slices.size();
  for (size_t i = 0; i <= slices; i += slices / 6) {
    const auto second = std::lround(static_cast<double>(i) * results.front().slice_seconds);
    plot.x_ticks.push_back({static_cast<double>(i), std::to_string(second)});
  }
  for (const Result& each : results) {
    Line line{each.policy, {}};
    for (size_t i = 0; i < slices; ++i) {
      const Histogram& latency = each.slices[i].latency;
      if (latency.count() == 0) continue;
      line.points.emplace_back(static_cast<double>(i) + 0.5, Milliseconds(latency, 0.99));
    }
    plot.lines.push_back(std::move(line));
  }
  return plot;
}

void WriteHtmlTable(std::ostream& out, const ScenarioResults& results) {
  const std::vector<Column> columns = ColumnsFor(results.scenario);
  out << "<table><tr>";
  for (const Column& each : columns) out << "<th>" << each.title << "</th>";
  out << "</tr>\n";
  for (size_t i = 0; i < results.results.size(); ++i) {
    out << "<tr>";
    for (size_t c = 0; c < columns.size(); ++c) {
      out << "<td>";
      if (c == 0) out << "<span class='key' style='background:" << Plot::Color(i) << "'></span>";
      out << columns[c].text(results.results[i]) << "</td>";
    }
    out << "</tr>\n";
  }
  out << "</table>\n";
}

}  // namespace

void WriteHtml(std::ostream& out, const std::vector<ScenarioResults>& all, uint64_t seed,
               const std::string& command) {
  out << kHead << "<p>Made by <code>" << command << "</code>, seed " << seed
      << ". Latencies are those of calls that were answered or ran into their deadline.</p>\n";
  for (const ScenarioResults& each : all) {
    const Scenario& scenario = each.scenario;
    out << "<h2>" << scenario.name << "</h2><p>" << scenario.about << " (" << scenario.sidecars
        << " sidecars, " << scenario.ReplicaCount() << " replicas, "
        << static_cast<uint64_t>(scenario.rate) << " calls/s)</p>\n";
    WriteHtmlTable(out, each);
    out << QuantilePlot(each.results).Svg() << TimePlot(each.results).Svg();
  }
  out << "</body></html>\n";
}

}  // namespace evenkeel::sim
