#include "lib/rpc/pushback.h"

#include <charconv>
#include <cstdint>

namespace evenkeel::rpc {

Pushback ParsePushback(std::optional<std::string_view> value) {
  if (!value) return {};
  constexpr Pushback kNoMore{.kind = Pushback::Kind::kStop};
  if (value->size() > 1 && value->front() == '0') return kNoMore;
  uint32_t number = 0;
  const char* const end = value->data() + value->size();
  const auto [rest, error] = std::from_chars(value->data(), end, number);
  if (error != std::errc() || rest != end || number > INT32_MAX) return kNoMore;
  return {Pushback::Kind::kWait, std::chrono::milliseconds(number)};
}

}  // namespace evenkeel::rpc
