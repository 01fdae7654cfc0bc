// Log: what an operator reads, one line an Event, to standard output. Never from a call's path:
// calls have metrics.
//
// Owned by the program, handed to whoever has something to say. Whatever is told is counted too,
// and the last ones are kept for whoever asks. Thread-safe; no call waits for standard output: a
// LogWriter writes, and drops what a reader that has stopped leaves no room for. Not an access log.
#pragma once

#include <initializer_list>
#include <iosfwd>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "lib/base/result.h"
#include "lib/telemetry/event.h"
#include "lib/telemetry/event_book.h"
#include "lib/telemetry/log_levels.h"
#include "lib/telemetry/log_limiter.h"
#include "lib/telemetry/log_line.h"
#include "lib/telemetry/log_writer.h"

namespace evenkeel::telemetry {

/// Reads `--log-level`: debug, info, warning (or warn) or error. The error is a sentence.
base::Result<LogLevel, std::string> ParseLogLevel(std::string_view text);
/// Reads `--log-format`: text or json. The error is a sentence.
base::Result<LogFormat, std::string> ParseLogFormat(std::string_view text);

class Log {
 public:
  using Fields = std::initializer_list<Field>;

  /// Writes lines of `level` and above to standard output, or to another descriptor.
  Log(LogLevel level, LogFormat format, int descriptor = 1);
  /// The same, before the call returns, to a stream that outlives the log; for tests.
  Log(LogLevel level, LogFormat format, std::ostream& out);
  /// Tells of lines that were suppressed and not yet told of, and waits a second at most for all to
  /// be written.
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  /// `log.Tell(Event::kEndpointUp, {{"cluster", name}, {"endpoint", address}})`. Of an event of
  /// Pace::kLimited at most LogLimiter::kLinesPerSecond are written a second, but all are counted;
  /// the next line after a gap has a field `suppressed` that says how many there were.
  void Tell(Event event, Fields fields = {}) {
    Tell(event, std::span<const Field>(fields.begin(), fields.size()));
  }
  void Tell(Event event, std::span<const Field> fields);

  /// From which level on lines are written; may be changed at any time.
  LogLevels& levels() { return levels_; }
  /// What has happened, whatever is written of it. Debug events are counted and not kept.
  const EventBook& events() const { return events_; }

  /// Lines that the reader of standard output left no room for.
  uint64_t dropped() const { return writer_ ? writer_->dropped() : 0; }

 private:
  /// Nothing: one too many. Otherwise how many there were too many before.
  std::optional<uint64_t> Admit(const EventFacts& facts);
  void Write(std::string line);

  LogLevels levels_;
  EventBook events_;
  const LogFormat format_;
  const std::unique_ptr<LogWriter> writer_;  ///< or out_
  std::ostream* const out_;
  std::mutex out_mutex_;
  std::mutex limiter_mutex_;
  LogLimiter limiter_;
};

}  // namespace evenkeel::telemetry
