// AccessLineWriter: one call as a line of an access log, JSON or text. docs/access-log.md has the
// fields. No output, no clock; used by one thread, the writer's, for one output.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "lib/telemetry/log_line.h"
#include "lib/telemetry/record_ring.h"

namespace evenkeel::telemetry {

class AccessLineWriter {
 public:
  explicit AccessLineWriter(LogFormat format) : format_(format) {}

  /// What a line says beside its call.
  struct Facts {
    /// The wall clock's time at the loop's time 0.
    std::chrono::system_clock::time_point epoch{};
    unsigned worker = 0;
    /// Of calls like this one, so much is written: above 0, at most 1.
    double sample_rate = 1;
  };

  /// Appends the line with its end.
  void Append(std::string& out, const RingedCall& call, const Facts& facts);

 private:
  std::string_view StampOf(std::chrono::system_clock::time_point time);

  const LogFormat format_;
  std::string stamp_;                // of the last line
  std::chrono::seconds second_{-1};  // its first part is of
};

}  // namespace evenkeel::telemetry
