#include "lib/rpc/timeout.h"

#include <array>
#include <charconv>

#include "lib/base/check.h"

namespace evenkeel::rpc {
namespace {

using std::chrono::nanoseconds;

constexpr size_t kMaxDigits = 8;
constexpr int64_t kMaxValue = 99'999'999;

struct Unit {
  char letter;
  nanoseconds length;
};

constexpr std::array<Unit, 6> kUnits = {{
    {'n', nanoseconds(1)},
    {'u', std::chrono::microseconds(1)},
    {'m', std::chrono::milliseconds(1)},
    {'S', std::chrono::seconds(1)},
    {'M', std::chrono::minutes(1)},
    {'H', std::chrono::hours(1)},
}};

}  // namespace

std::optional<base::Duration> ParseTimeout(std::string_view value) {
  if (value.size() < 2 || value.size() > kMaxDigits + 1) return std::nullopt;
  uint64_t digits = 0;
  const char* last = value.data() + value.size() - 1;
  const auto [end, error] = std::from_chars(value.data(), last, digits);
  if (error != std::errc() || end != last) return std::nullopt;
  const auto count = static_cast<int64_t>(digits);
  for (const Unit& unit : kUnits) {
    if (unit.letter != *last) continue;
    if (count > base::Duration::max() / unit.length) return base::Duration::max();
    return count * unit.length;
  }
  return std::nullopt;
}

std::string FormatTimeout(base::Duration timeout) {
  CHECK(timeout.count() > 0);
  for (const Unit& unit : kUnits) {
    const int64_t count = timeout / unit.length;
    if (count <= kMaxValue) return std::to_string(count) + unit.letter;
  }
  return std::to_string(kMaxValue) + 'H';
}

}  // namespace evenkeel::rpc
