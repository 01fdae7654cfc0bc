#include "sim/columns.h"

#include <cstdio>

namespace evenkeel::sim {
namespace {

std::string Format(const char* format, double value) {
  char text[32];
  std::snprintf(text, sizeof(text), format, value);
  return text;
}

template <int kPerTenThousand>
std::string Quantile(const Result& result) {
  return Milliseconds(result.latency.Quantile(kPerTenThousand / 10'000.0));
}

}  // namespace

std::string Milliseconds(int64_t nanoseconds) {
  const double ms = static_cast<double>(nanoseconds) / 1e6;
  return Format(ms < 10 ? "%.2f" : ms < 1000 ? "%.1f" : "%.0f", ms);
}

std::string Percent(double share, int digits) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.*f", digits, share * 100);
  return text;
}

std::vector<Column> ColumnsFor(const Scenario& scenario) {
  std::vector<Column> columns = {
      {"policy", [](const Result& r) { return r.policy; }},
      {"p50 ms", Quantile<5'000>},
      {"p90 ms", Quantile<9'000>},
      {"p99 ms", Quantile<9'900>},
      {"p99.9 ms", Quantile<9'990>},
      {"errors %", [](const Result& r) { return Percent(r.ErrorShare(), 3); }},
      {"util mean %", [](const Result& r) { return Percent(r.mean_utilization, 1); }},
      {"max %", [](const Result& r) { return Percent(r.max_utilization, 1); }},
      {"queue mean", [](const Result& r) { return Format("%.2f", r.mean_queue); }},
      {"max", [](const Result& r) { return std::to_string(r.max_queue); }},
      {"calls", [](const Result& r) { return std::to_string(r.calls); }},
  };
  if (scenario.threshold.count() > 0) {
    columns.push_back({"in time %", [](const Result& r) { return Percent(r.below_threshold, 2); }});
  }
  if (!scenario.watch.empty()) {
    columns.push_back({"watched share / fair", [](const Result& r) {
                         return Format("%.2f", r.watched_share / r.fair_share);
                       }});
  }
  return columns;
}

}  // namespace evenkeel::sim
