// LogLine: one message with its fields as a line of text, or as a line of JSON. No output, no
// clock, no threads.
#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace evenkeel::telemetry {

enum class LogLevel : uint8_t { kDebug, kInfo, kWarning, kError };

enum class LogFormat : uint8_t { kText, kJson };

/// "debug", "info", "warning", "error".
std::string_view LogLevelName(LogLevel level);

/// What a field may hold. Views what it is given: for the time of one Log call.
class FieldValue {
 public:
  FieldValue(const char* text) : value_(std::string_view(text)) {}         // NOLINT
  FieldValue(std::string_view text) : value_(text) {}                      // NOLINT
  FieldValue(const std::string& text) : value_(std::string_view(text)) {}  // NOLINT
  template <std::signed_integral T>
  FieldValue(T number) : value_(static_cast<int64_t>(number)) {}  // NOLINT
  template <std::unsigned_integral T>
  requires(!std::same_as<T, bool>) FieldValue(T number)
      : value_(static_cast<uint64_t>(number)) {}                                   // NOLINT
  FieldValue(double number) : value_(number) {}                                    // NOLINT
  FieldValue(const std::vector<std::string>& texts) : value_(std::span(texts)) {}  // NOLINT

 private:
  friend class LineWriter;
  std::variant<std::string_view, int64_t, uint64_t, double, std::span<const std::string>> value_;
};

struct Field {
  std::string_view name;  ///< snake_case; not "ts", "level" or "msg"
  FieldValue value;
};

/// RFC 3339, UTC, milliseconds: "2026-01-01T00:00:00.000Z".
std::string FormatLogTime(std::chrono::system_clock::time_point time);

/// Without a line break. Text: `2026-01-01T00:00:00.000Z info endpoint up cluster=users`. JSON:
/// `{"ts":"2026-01-01T00:00:00.000Z","level":"info","msg":"endpoint up","cluster":"users"}`.
/// Bytes that are not UTF-8 become U+FFFD; a number that is not finite becomes null.
std::string FormatLogLine(LogFormat format, std::chrono::system_clock::time_point time,
                          LogLevel level, std::string_view message, std::span<const Field> fields);

}  // namespace evenkeel::telemetry
