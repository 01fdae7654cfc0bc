#include "lib/telemetry/log.h"

#include <chrono>
#include <ostream>
#include <utility>
#include <vector>

namespace evenkeel::telemetry {
namespace {

using base::Error;
using base::Result;

// Of the log itself, which are no events.
std::string Warning(LogFormat format, std::string_view message,
                    std::initializer_list<Field> fields) {
  return FormatLogLine(format, std::chrono::system_clock::now(), LogLevel::kWarning, message,
                       fields);
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
    : levels_(level),
      format_(format),
      writer_(std::make_unique<LogWriter>(
          descriptor,
          LogWriter::Settings{
              .tell =
                  [format](uint64_t dropped) {
                    return Warning(format, "log lines dropped", {{"dropped", dropped}});
                  }})),
      out_(nullptr) {}

Log::Log(LogLevel level, LogFormat format, std::ostream& out)
    : levels_(level), format_(format), out_(&out) {}

Log::~Log() {
  for (const auto& [event, count] : limiter_.TakeSuppressed()) {
    Write(Warning(format_, "lines suppressed", {{"event", event}, {"suppressed", count}}));
  }
}

void Log::Tell(Event event, std::span<const Field> fields) {
  const EventFacts& facts = FactsOf(event);
  events_.Count(event);
  const bool is_written = levels_.Has(facts.folder, facts.level);
  const bool is_kept = facts.level > LogLevel::kDebug;
  if (!is_written && !is_kept) return;
  const std::optional<uint64_t> suppressed = Admit(facts);
  if (!suppressed) return;
  std::vector<Field> all(fields.begin(), fields.end());
  if (*suppressed > 0) all.push_back({"suppressed", *suppressed});
  all.push_back({"event", facts.name});
  const auto now = std::chrono::system_clock::now();
  const auto line = [&](LogFormat format) {
    return FormatLogLine(format, now, facts.level, facts.message, all);
  };
  if (is_kept) events_.Keep(line(LogFormat::kJson));
  if (is_written) Write(line(format_));
}

std::optional<uint64_t> Log::Admit(const EventFacts& facts) {
  if (facts.pace == Pace::kAll) return 0;
  const std::lock_guard lock(limiter_mutex_);
  return limiter_.Admit(facts.name, base::Time(std::chrono::steady_clock::now()));
}

void Log::Write(std::string line) {
  if (writer_) return writer_->Write(std::move(line));
  const std::lock_guard lock(out_mutex_);
  *out_ << line << '\n' << std::flush;
}

}  // namespace evenkeel::telemetry
