// Report: a load's figures, as a table for people and as JSON for programs. Pure formatting.
#pragma once

#include <string>

#include "backend/client/load_stats.h"
#include "backend/client/options.h"

namespace evenkeel::backend {

/// What a load was asked to do and did, apart from single calls.
struct LoadRun {
  std::string target;
  Method method = Method::kGet;
  LoadOptions options;
  base::Duration elapsed{};        ///< from the first call's start to the last call's end
  base::Duration starting_time{};  ///< from the first call's start to the last call's start
  uint64_t started = 0;
  uint64_t unstarted = 0;  ///< open loop: were due, but not started for --max-in-flight
  enum class End { kComplete, kInterrupted };
  End end = End::kComplete;
};

/// What happened in the last moments of a load that goes on.
struct Recent {
  LoadSnapshot calls;
  base::Duration interval{};
};

/// The table while a load goes on. Lines of at most 80 columns, each ended by a newline.
std::string FormatTable(const LoadRun& run, const LoadSnapshot& total, const Recent& recent);

/// The last table, with the most frequent failures instead of what is recent. Lines with failures
/// are as long as their messages.
std::string FormatFinalTable(const LoadRun& run, const LoadSnapshot& total);

/// Recent figures in one line, without a newline.
std::string FormatLine(const LoadRun& run, const LoadSnapshot& total, const Recent& recent);

/// The summary; docs/backend.md lists its members.
std::string FormatJson(const LoadRun& run, const LoadSnapshot& total);

}  // namespace evenkeel::backend
