// Log: what an operator reads, one line an event, to standard output. Never from a call's path:
// calls have metrics.
//
// Owned by the program, handed to whoever has something to say. Thread-safe; no call waits for
// standard output: a LogWriter writes, and drops what a reader that has stopped leaves no room for.
// Not an access log.
#pragma once

#include <initializer_list>
#include <iosfwd>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "lib/base/result.h"
#include "lib/telemetry/log_limiter.h"
#include "lib/telemetry/log_line.h"
#include "lib/telemetry/log_writer.h"

namespace evenkeel::telemetry {

/// Reads `--log-level`: debug, info, warning or error. The error is a sentence.
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

  /// `log.Info("endpoint up", {{"cluster", name}, {"endpoint", address}})`.
  void Debug(std::string_view message, Fields fields = {}) {
    Write(LogLevel::kDebug, message, fields);
  }
  void Info(std::string_view message, Fields fields = {}) {
    Write(LogLevel::kInfo, message, fields);
  }
  void Warning(std::string_view message, Fields fields = {}) {
    Write(LogLevel::kWarning, message, fields);
  }
  void Error(std::string_view message, Fields fields = {}) {
    Write(LogLevel::kError, message, fields);
  }

  /// For what a peer can repeat at will: at most LogLimiter::kLinesPerSecond lines a second for
  /// each `cause`, a short constant text. The next line after a gap has a field `suppressed` that
  /// says how many there were.
  void Limited(std::string_view cause, LogLevel level, std::string_view message,
               Fields fields = {});

  /// Lines that the reader of standard output left no room for.
  uint64_t dropped() const { return writer_ ? writer_->dropped() : 0; }

 private:
  void Write(LogLevel level, std::string_view message, std::span<const Field> fields);

  const LogLevel level_;
  const LogFormat format_;
  const std::unique_ptr<LogWriter> writer_;  ///< or out_
  std::ostream* const out_;
  std::mutex out_mutex_;
  std::mutex limiter_mutex_;
  LogLimiter limiter_;
};

}  // namespace evenkeel::telemetry
