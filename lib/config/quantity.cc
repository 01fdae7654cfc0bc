#include "lib/config/quantity.h"

#include <charconv>
#include <cmath>
#include <cstdio>
#include <optional>
#include <span>

namespace evenkeel::config {
namespace {

struct Unit {
  std::string_view name;
  int64_t factor;
};

// Largest first.
constexpr Unit kSizes[] = {{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"", 1}};
constexpr Unit kDurations[] = {{"h", 3'600'000}, {"m", 60'000}, {"s", 1000}, {"ms", 1}};

// The leading digits as a number, at most INT64_MAX; they are cut from `text`.
std::optional<int64_t> TakeDigits(std::string_view& text) {
  int64_t number = 0;
  if (text.empty() || text.front() < '0' || text.front() > '9') return std::nullopt;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc::result_out_of_range) number = INT64_MAX;
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  return number;
}

int64_t Multiplied(int64_t number, int64_t factor) {
  int64_t product;
  return __builtin_mul_overflow(number, factor, &product) ? INT64_MAX : product;
}

std::optional<int64_t> ParseWithUnit(std::string_view text, std::span<const Unit> units) {
  const auto number = TakeDigits(text);
  if (!number) return std::nullopt;
  for (const Unit& unit : units) {
    if (text == unit.name) return Multiplied(*number, unit.factor);
  }
  return std::nullopt;
}

std::string FormatWithUnit(int64_t value, std::span<const Unit> units) {
  for (const Unit& unit : units) {
    if (value % unit.factor == 0 && (value != 0 || unit.factor == 1)) {
      return std::to_string(value / unit.factor).append(unit.name);
    }
  }
  return std::to_string(value).append(units.back().name);
}

Complaint Unexpected(std::string_view name, std::string_view text, std::string_view hint) {
  return {"expected a " + std::string(name) + ", found " + Quoted(text), std::string(hint)};
}

}  // namespace

base::Result<int64_t, Complaint> WholeNumberUnit::Parse(std::string_view text) {
  std::string_view rest = text.substr(text.starts_with('-') ? 1 : 0);
  const auto number = TakeDigits(rest);
  if (!number || !rest.empty()) return base::Error(Unexpected(kName, text, kHint));
  return text.starts_with('-') ? -*number : *number;
}

std::string WholeNumberUnit::Format(int64_t value) { return std::to_string(value); }

base::Result<double, Complaint> DecimalUnit::Parse(std::string_view text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (end != text.data() + text.size() || error == std::errc::invalid_argument ||
      !std::isfinite(number)) {
    return base::Error(Unexpected(kName, text, kHint));
  }
  return error == std::errc::result_out_of_range ? HUGE_VAL : number;
}

std::string DecimalUnit::Format(double value) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.15g", value);
  return text;
}

base::Result<int64_t, Complaint> SizeUnit::Parse(std::string_view text) {
  const auto bytes = ParseWithUnit(text, kSizes);
  if (!bytes) return base::Error(Unexpected(kName, text, kHint));
  return *bytes;
}

std::string SizeUnit::Format(int64_t value) { return FormatWithUnit(value, kSizes); }

base::Result<std::chrono::milliseconds, Complaint> DurationUnit::Parse(std::string_view text) {
  const auto milliseconds = ParseWithUnit(text, kDurations);
  if (milliseconds) return std::chrono::milliseconds(*milliseconds);
  std::string_view rest = text;
  if (TakeDigits(rest) && rest.empty()) {
    const std::string number(text);
    return base::Error(
        Complaint{"the duration " + Quoted(text) + " has no unit",
                  "write " + number + "s for seconds or " + number + "ms for milliseconds"});
  }
  return base::Error(Unexpected(kName, text, kHint));
}

std::string DurationUnit::Format(std::chrono::milliseconds value) {
  if (value.count() == 0) return "0s";
  return FormatWithUnit(value.count(), kDurations);
}

}  // namespace evenkeel::config
