#include "backend/duration.h"

#include <array>
#include <charconv>
#include <cmath>

namespace evenkeel::backend {
namespace {

struct Unit {
  std::string_view name;
  base::Duration length;
};

// Longest first: FormatDuration takes the first that divides, ParseDuration matches the whole name.
constexpr std::array<Unit, 6> kUnits = {{
    {"h", std::chrono::hours(1)},
    {"m", std::chrono::minutes(1)},
    {"s", std::chrono::seconds(1)},
    {"ms", std::chrono::milliseconds(1)},
    {"us", std::chrono::microseconds(1)},
    {"ns", std::chrono::nanoseconds(1)},
}};

constexpr base::Duration kLongest = std::chrono::hours(10'000);

}  // namespace

base::Result<base::Duration, std::string> ParseDuration(std::string_view text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string_view suffix(end, static_cast<size_t>(text.data() + text.size() - end));
  if (error != std::errc() || !std::isfinite(number) || number < 0) {
    return base::Error("\"" + std::string(text) + "\" is not a duration such as 250us, 5ms or 2m");
  }
  if (suffix.empty() && number == 0) return base::Duration::zero();
  for (const Unit& unit : kUnits) {
    if (unit.name != suffix) continue;
    const double length = number * static_cast<double>(unit.length.count());
    if (length > static_cast<double>(kLongest.count())) {
      return base::Error("\"" + std::string(text) + "\" is longer than 10,000 hours");
    }
    return base::Duration(std::llround(length));
  }
  return base::Error("\"" + std::string(text) + "\" needs a unit: ns, us, ms, s, m or h");
}

std::string FormatDuration(base::Duration duration) {
  if (duration == base::Duration::zero()) return "0";
  for (const Unit& unit : kUnits) {
    if (duration % unit.length == base::Duration::zero()) {
      return std::to_string(duration / unit.length) + std::string(unit.name);
    }
  }
  return std::to_string(duration.count()) + "ns";
}

}  // namespace evenkeel::backend
