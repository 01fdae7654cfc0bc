// AccessLogMetrics: what becomes of the lines of access logs, by output. Main thread, but for the
// counts it hands out.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "lib/telemetry/line_output.h"

namespace evenkeel::telemetry {

struct AccessLogCounts : LineCounts {
  std::atomic<uint64_t> sampled_out = 0;  ///< calls that got no line because of the sample
};

class AccessLogMetrics {
 public:
  /// Those of an output, "stdout" or a file's path; they go on when it is configured anew.
  std::shared_ptr<AccessLogCounts> Of(std::string_view output);

  /// evenkeel_access_log_lines_total in Prometheus's text format; empty where there is no output.
  std::string Text() const;

 private:
  std::map<std::string, std::shared_ptr<AccessLogCounts>, std::less<>> outputs_;
};

}  // namespace evenkeel::telemetry
