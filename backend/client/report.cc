#include "backend/client/report.h"

#include <algorithm>
#include <cmath>
#include <cstdarg>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "backend/duration.h"

namespace evenkeel::backend {
namespace {

constexpr size_t kMaxListedFailures = 10;
constexpr int kBarWidth = 24;

double Seconds(base::Duration duration) { return std::chrono::duration<double>(duration).count(); }

double Milliseconds(base::Duration duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

double PerSecond(uint64_t count, base::Duration duration) {
  return duration > base::Duration::zero() ? static_cast<double>(count) / Seconds(duration) : 0;
}

double Percent(uint64_t part, uint64_t whole) {
  return whole == 0 ? 0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

uint64_t Sum(const std::map<std::string, uint64_t>& counts) {
  uint64_t sum = 0;
  for (const auto& [name, count] : counts) sum += count;
  return sum;
}

[[gnu::format(printf, 1, 2)]] std::string Format(const char* format, ...) {
  char line[256];
  va_list arguments;
  va_start(arguments, format);
  std::vsnprintf(line, sizeof(line), format, arguments);
  va_end(arguments);
  return line;
}

std::string Bar(double percent) {
  const auto filled = std::clamp(std::lround(percent / 100 * kBarWidth), 0L, long{kBarWidth});
  std::string bar;
  for (int i = 0; i < kBarWidth; ++i) bar += i < filled ? "█" : "·";
  return bar;
}

std::string Pace(const LoadRun& run) {
  if (run.options.rate) return Format("%g calls/s", *run.options.rate);
  return Format("%u at once", run.options.concurrency);
}

std::string FormatLatency(const char* label, const LatencyHistogram& latency) {
  return Format("%-14s p50 %9.3f  p90 %9.3f  p99 %9.3f  p99.9 %9.3f\n", label,
                Milliseconds(latency.Quantile(0.5)), Milliseconds(latency.Quantile(0.9)),
                Milliseconds(latency.Quantile(0.99)), Milliseconds(latency.Quantile(0.999)));
}

std::string FormatStatuses(const LoadSnapshot& snapshot) {
  std::string line;
  for (const auto& [code, count] : snapshot.statuses) {
    line += Format("  %s %lu", std::string(rpc::StatusName(code)).c_str(), count);
  }
  return line;
}

std::string FormatHeading(const LoadRun& run) {
  return Format("%s on %s: %s over %u connection%s, %.1f s\n",
                std::string(MethodName(run.method)).c_str(), run.target.c_str(), Pace(run).c_str(),
                run.options.connections, run.options.connections == 1 ? "" : "s",
                Seconds(run.elapsed));
}

uint64_t CountOf(const std::string& replica, const LoadSnapshot& snapshot) {
  const auto found = snapshot.replicas.find(replica);
  return found == snapshot.replicas.end() ? 0 : found->second;
}

using Failure = std::pair<std::pair<rpc::StatusCode, std::string>, uint64_t>;

// The most frequent first.
std::vector<Failure> TopFailures(const LoadSnapshot& total) {
  std::vector<Failure> failures(total.failures.begin(), total.failures.end());
  std::ranges::stable_sort(failures, std::ranges::greater{}, &Failure::second);
  if (failures.size() > kMaxListedFailures) failures.resize(kMaxListedFailures);
  return failures;
}

nlohmann::ordered_json LatencyJson(const LatencyHistogram& latency) {
  return {{"min", Milliseconds(latency.min())},
          {"mean", Milliseconds(latency.mean())},
          {"p50", Milliseconds(latency.Quantile(0.5))},
          {"p90", Milliseconds(latency.Quantile(0.9))},
          {"p99", Milliseconds(latency.Quantile(0.99))},
          {"p99.9", Milliseconds(latency.Quantile(0.999))},
          {"max", Milliseconds(latency.max())}};
}

nlohmann::ordered_json FailuresJson(const LoadSnapshot& total) {
  auto json = nlohmann::ordered_json::array();
  for (const auto& [failure, count] : TopFailures(total)) {
    json.push_back({{"status", rpc::StatusName(failure.first)},
                    {"message", failure.second},
                    {"count", count}});
  }
  return json;
}

nlohmann::ordered_json StatusesJson(const LoadSnapshot& total) {
  auto json = nlohmann::ordered_json::object();
  for (const auto& [code, count] : total.statuses) json[std::string(rpc::StatusName(code))] = count;
  return json;
}

}  // namespace

std::string FormatTable(const LoadRun& run, const LoadSnapshot& total, const Recent& recent) {
  std::string text = FormatHeading(run) + "replica                    calls    share       now\n";
  const uint64_t all = Sum(total.replicas);
  const uint64_t all_recent = Sum(recent.calls.replicas);
  for (const auto& [replica, count] : total.replicas) {
    const double share = Percent(CountOf(replica, recent.calls), all_recent);
    text += Format("%-20.20s %11lu %6.2f %%  %6.2f %% ", replica.c_str(), count,
                   Percent(count, all), share) +
            Bar(share) + "\n";
  }
  text +=
      Format("%-20s %11lu  %11.1f calls/s now, %.1f on average\n", "all", total.calls,
             PerSecond(recent.calls.calls, recent.interval), PerSecond(total.calls, run.elapsed));
  text += FormatLatency("latency ms", total.latency);
  text += FormatLatency("  now", recent.calls.latency);
  return text + "status" + FormatStatuses(total) + Format("  (in flight %lu)\n", total.in_flight);
}

std::string FormatFinalTable(const LoadRun& run, const LoadSnapshot& total) {
  std::string text = FormatHeading(run) + "replica                    calls    share\n";
  const uint64_t all = Sum(total.replicas);
  for (const auto& [replica, count] : total.replicas) {
    const double share = Percent(count, all);
    text += Format("%-20.20s %11lu %6.2f %% ", replica.c_str(), count, share) + Bar(share) + "\n";
  }
  text += Format("%-20s %11lu  %11.1f calls/s\n", "all", total.calls,
                 PerSecond(total.calls, run.elapsed));
  text += FormatLatency("latency ms", total.latency);
  text += "status" + FormatStatuses(total) + "\n";
  for (const auto& [failure, count] : TopFailures(total)) {
    text += Format("%11lu × %s: ", count, std::string(rpc::StatusName(failure.first)).c_str()) +
            failure.second + "\n";
  }
  if (total.abandoned > 0) text += Format("%11lu cancelled at the end\n", total.abandoned);
  if (run.unstarted > 0) text += Format("%11lu due, but never started\n", run.unstarted);
  return text;
}

std::string FormatLine(const LoadRun& run, const LoadSnapshot& total, const Recent& recent) {
  const LatencyHistogram& latency = recent.calls.latency;
  std::string line =
      Format("%6.1fs %8.1f calls/s  p50 %.3f p90 %.3f p99 %.3f p99.9 %.3f ms ",
             Seconds(run.elapsed), PerSecond(recent.calls.calls, recent.interval),
             Milliseconds(latency.Quantile(0.5)), Milliseconds(latency.Quantile(0.9)),
             Milliseconds(latency.Quantile(0.99)), Milliseconds(latency.Quantile(0.999)));
  const uint64_t all_recent = Sum(recent.calls.replicas);
  for (const auto& [replica, count] : recent.calls.replicas) {
    line += Format(" %s %.1f%%", replica.c_str(), Percent(count, all_recent));
  }
  return line + " |" + FormatStatuses(total);
}

std::string FormatJson(const LoadRun& run, const LoadSnapshot& total) {
  nlohmann::ordered_json json = {{"target", run.target},
                                 {"method", MethodName(run.method)},
                                 {"connections", run.options.connections},
                                 {"rate_wanted", nullptr},
                                 {"concurrency", nullptr},
                                 {"interrupted", run.end == LoadRun::End::kInterrupted},
                                 {"elapsed_s", Seconds(run.elapsed)},
                                 {"started", run.started},
                                 {"unstarted", run.unstarted},
                                 {"calls", total.calls},
                                 {"failed", total.failed},
                                 {"abandoned", total.abandoned},
                                 {"start_rate", PerSecond(run.started, run.starting_time)},
                                 {"rate", PerSecond(total.calls, run.elapsed)},
                                 {"latency_ms", LatencyJson(total.latency)},
                                 {"failed_latency_ms", LatencyJson(total.failed_latency)},
                                 {"replicas", total.replicas},
                                 {"unknown_replica", total.calls - Sum(total.replicas)},
                                 {"statuses", StatusesJson(total)},
                                 {"failures", FailuresJson(total)}};
  if (run.options.rate) {
    json["rate_wanted"] = *run.options.rate;
  } else {
    json["concurrency"] = run.options.concurrency;
  }
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace evenkeel::backend
