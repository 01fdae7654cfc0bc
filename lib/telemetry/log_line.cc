#include "lib/telemetry/log_line.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <ctime>

#include "lib/base/check.h"
#include "lib/telemetry/json_text.h"

namespace evenkeel::telemetry {
namespace {

using SystemTime = std::chrono::system_clock::time_point;

// Whether a value can stand in a text line without quotes and still be found again.
bool IsPlainWord(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return c > ' ' && c <= '~' && c != '"' && c != '\\' && c != '=' && c != ',';
  });
}

// Nothing a peer or a file can put into a message may start a line of its own.
bool HasControl(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return (c >= 0 && c < ' ') || c == 0x7f; });
}

template <typename Number>
void AppendNumber(std::string& out, Number number) {
  std::array<char, 32> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

}  // namespace

std::string FormatLogTime(SystemTime time) {
  const auto whole = std::chrono::floor<std::chrono::seconds>(time);
  const auto milliseconds = std::chrono::floor<std::chrono::milliseconds>(time - whole).count();
  const std::time_t seconds = std::chrono::system_clock::to_time_t(whole);
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  std::array<char, 40> text;
  const size_t date = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &utc);
  std::snprintf(text.data() + date, text.size() - date, ".%03dZ", static_cast<int>(milliseconds));
  return text.data();
}

std::string_view LogLevelName(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return "debug";
    case LogLevel::kInfo:
      return "info";
    case LogLevel::kWarning:
      return "warning";
    case LogLevel::kError:
      return "error";
  }
  CHECK(!"a value outside LogLevel");
}

class LineWriter {
 public:
  explicit LineWriter(LogFormat format) : format_(format) {}

  std::string Write(SystemTime time, LogLevel level, std::string_view message,
                    std::span<const Field> fields) {
    if (format_ == LogFormat::kJson) {
      WriteJson(time, level, message, fields);
    } else {
      WriteText(time, level, message, fields);
    }
    return std::move(line_);
  }

 private:
  void WriteJson(SystemTime time, LogLevel level, std::string_view message,
                 std::span<const Field> fields) {
    line_ = "{\"ts\":\"" + FormatLogTime(time) + "\",\"level\":\"";
    line_ += LogLevelName(level);
    line_ += "\",\"msg\":";
    AppendJsonString(line_, message);
    for (const Field& field : fields) {
      line_ += ',';
      AppendJsonString(line_, field.name);
      line_ += ':';
      WriteValue(field.value);
    }
    line_ += '}';
  }

  void WriteText(SystemTime time, LogLevel level, std::string_view message,
                 std::span<const Field> fields) {
    line_ = FormatLogTime(time) + ' ';
    line_ += LogLevelName(level);
    line_ += ' ';
    if (HasControl(message)) {
      AppendJsonString(line_, message);
    } else {
      line_ += message;
    }
    for (const Field& field : fields) {
      line_ += ' ';
      line_ += field.name;
      line_ += '=';
      WriteValue(field.value);
    }
  }

  void WriteValue(const FieldValue& value) {
    std::visit([this](const auto& each) { Write(each); }, value.value_);
  }

  void Write(std::string_view text) {
    if (format_ == LogFormat::kText && IsPlainWord(text)) {
      line_ += text;
    } else {
      AppendJsonString(line_, text);
    }
  }

  void Write(int64_t number) { AppendNumber(line_, number); }
  void Write(uint64_t number) { AppendNumber(line_, number); }

  void Write(double number) {
    if (std::isfinite(number)) {
      AppendNumber(line_, number);
    } else {
      line_ += "null";
    }
  }

  // Text: a,b. JSON: ["a","b"].
  void Write(std::span<const std::string> texts) {
    if (format_ == LogFormat::kJson) line_ += '[';
    for (const std::string& text : texts) {
      if (&text != texts.data()) line_ += ',';
      Write(std::string_view(text));
    }
    if (format_ == LogFormat::kJson) line_ += ']';
  }

  const LogFormat format_;
  std::string line_;
};

std::string FormatLogLine(LogFormat format, SystemTime time, LogLevel level,
                          std::string_view message, std::span<const Field> fields) {
  return LineWriter(format).Write(time, level, message, fields);
}

}  // namespace evenkeel::telemetry
