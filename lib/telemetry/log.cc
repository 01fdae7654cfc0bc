#include "lib/telemetry/log.h"

#include <ostream>
#include <vector>

namespace evenkeel::telemetry {
namespace {

using base::Error;
using base::Result;

std::string Line(LogFormat format, LogLevel level, std::string_view message,
                 std::span<const Field> fields) {
  return FormatLogLine(format, std::chrono::system_clock::now(), level, message, fields);
}

}  // namespace

Result<LogLevel, std::string> ParseLogLevel(std::string_view text) {
  if (text == "warn") return LogLevel::kWarning;  // as others write it
  for (const LogLevel level :
       {LogLevel::kDebug, LogLevel::kInfo, LogLevel::kWarning, LogLevel::kError}) {
    if (text == LogLevelName(level)) return level;
  }
  return Error("log level \"" + std::string(text) +
               "\" is unknown; expected debug, info, warning or error");
}

Result<LogFormat, std::string> ParseLogFormat(std::string_view text) {
  if (text == "text") return LogFormat::kText;
  if (text == "json") return LogFormat::kJson;
  return Error("log format \"" + std::string(text) + "\" is unknown; expected text or json");
}

Log::Log(LogLevel level, LogFormat format, int descriptor)
    : level_(level),
      format_(format),
      writer_(std::make_unique<LogWriter>(
          descriptor,
          LogWriter::Settings{.tell =
                                  [format](uint64_t dropped) {
                                    return Line(format, LogLevel::kWarning, "log lines dropped",
                                                std::initializer_list<Field>{{"dropped", dropped}});
                                  }})),
      out_(nullptr) {}

Log::Log(LogLevel level, LogFormat format, std::ostream& out)
    : level_(level), format_(format), out_(&out) {}

Log::~Log() {
  for (const auto& [cause, count] : limiter_.TakeSuppressed()) {
    Warning("lines suppressed", {{"cause", cause}, {"suppressed", count}});
  }
}

void Log::Limited(std::string_view cause, LogLevel level, std::string_view message, Fields fields) {
  if (level < level_) return;
  std::optional<uint64_t> suppressed;
  {
    const std::lock_guard lock(limiter_mutex_);
    suppressed = limiter_.Admit(cause, base::Time(std::chrono::steady_clock::now()));
  }
  if (!suppressed) return;
  std::vector<Field> all(fields);
  if (*suppressed > 0) all.push_back({"suppressed", *suppressed});
  Write(level, message, all);
}

void Log::Write(LogLevel level, std::string_view message, std::span<const Field> fields) {
  if (level < level_) return;
  std::string line = Line(format_, level, message, fields);
  if (writer_) return writer_->Write(std::move(line));
  const std::lock_guard lock(out_mutex_);
  *out_ << line << '\n' << std::flush;
}

}  // namespace evenkeel::telemetry
