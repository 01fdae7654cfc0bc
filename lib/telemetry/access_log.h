// AccessLog: a line for each call, or for some of them, to outputs that are configured.
//
//   worker:  call ends -> sink decides which outputs want it -> its ring
//   writer:  rings -> lines of JSON or text -> LineStream of each output -> file or standard output
// So a worker copies a record and no more, and no worker waits; what finds no room in a ring or
// before an output is dropped and counted. Failures and slow calls are written whatever the sample,
// and have a part of the ring of their own.
//
// Main thread, but for the sinks. What is configured is a Plan, made whole before it is used; each
// of its sinks has a ring of its own, so that another plan needs nobody's consent.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/clock.h"
#include "lib/base/result.h"
#include "lib/telemetry/access_log_metrics.h"
#include "lib/telemetry/call_record.h"
#include "lib/telemetry/log_line.h"
#include "lib/telemetry/output_thread.h"

namespace evenkeel::telemetry {

class AccessLog {
 public:
  struct Output {
    std::string to;  ///< kStandardOutput or a file's path
    LogFormat format = LogFormat::kJson;
    /// Of calls that end OK and are not slow, in percent.
    double percentage = 100;
    /// What takes longer is written in any case; nothing: only failures are.
    std::optional<base::Duration> slower_than{};
  };
  static constexpr std::string_view kStandardOutput = "stdout";
  static constexpr size_t kMostOutputs = 32;

  class Plan;

  /// All that it is given outlives it; sinks may outlive it.
  AccessLog(OutputThread& writer, AccessLogMetrics& metrics);
  ~AccessLog();
  AccessLog(const AccessLog&) = delete;
  AccessLog& operator=(const AccessLog&) = delete;

  /// Opens all outputs: at most kMostOutputs, each to another place. An error is a sentence for the
  /// operator; nothing is written to because of a plan alone. None: a plan that makes no sinks.
  base::Result<std::shared_ptr<const Plan>, std::string> Open(const std::vector<Output>& outputs);
  /// What hears of a worker's calls from now on; null: nothing needs to.
  std::unique_ptr<CallSink> MakeSink(const std::shared_ptr<const Plan>& plan, unsigned worker,
                                     uint64_t seed);

 private:
  class Collector;

  OutputThread& writer_;
  AccessLogMetrics& metrics_;
  const std::shared_ptr<Collector> collector_;
};

}  // namespace evenkeel::telemetry
