#include "lib/telemetry/log.h"

#include <spdlog/logger.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <vector>

namespace evenkeel::telemetry {
namespace {

using base::Error;
using base::Result;

// spdlog's part is the sink: whole lines, one thread at a time. The lines come formatted.
std::shared_ptr<spdlog::logger> MakeLogger(spdlog::sink_ptr sink) {
  sink->set_pattern("%v");
  auto logger = std::make_shared<spdlog::logger>("evenkeel", std::move(sink));
  logger->set_level(spdlog::level::trace);
  logger->flush_on(spdlog::level::trace);
  return logger;
}

spdlog::level::level_enum SpdlogLevel(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return spdlog::level::debug;
    case LogLevel::kInfo:
      return spdlog::level::info;
    case LogLevel::kWarning:
      return spdlog::level::warn;
    case LogLevel::kError:
      break;
  }
  return spdlog::level::err;
}

}  // namespace

Result<LogLevel, std::string> ParseLogLevel(std::string_view text) {
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

Log::Log(LogLevel level, LogFormat format)
    : Log(level, format, MakeLogger(std::make_shared<spdlog::sinks::stdout_sink_mt>())) {}

Log::Log(LogLevel level, LogFormat format, std::ostream& out)
    : Log(level, format, MakeLogger(std::make_shared<spdlog::sinks::ostream_sink_mt>(out))) {}

Log::Log(LogLevel level, LogFormat format, std::shared_ptr<spdlog::logger> logger)
    : level_(level), format_(format), logger_(std::move(logger)) {}

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
  const std::string line =
      FormatLogLine(format_, std::chrono::system_clock::now(), level, message, fields);
  logger_->log(SpdlogLevel(level), spdlog::string_view_t(line.data(), line.size()));
}

}  // namespace evenkeel::telemetry
