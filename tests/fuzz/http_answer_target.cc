#include <string_view>

#include "health/http_answer.h"
#include "lib/base/check.h"
#include "tests/fuzz/fuzz_target.h"

namespace evenkeel::fuzz {

// In one piece and byte by byte it must mean the same.
void FuzzHttpAnswer(std::span<const uint8_t> input) {
  const std::string_view text(reinterpret_cast<const char*>(input.data()), input.size());
  health::HttpAnswer whole;
  whole.Add(text);
  health::HttpAnswer pieces;
  for (size_t i = 0; i < text.size(); ++i) pieces.Add(text.substr(i, 1));
  CHECK(whole.has_status_line() == pieces.has_status_line());
  CHECK(whole.status() == pieces.status());
  CHECK(whole.Words() == pieces.Words());
  if (whole.status()) CHECK(*whole.status() >= 100 && *whole.status() <= 999);
  CHECK(!whole.WhyForeign().empty());
  for (const char each : whole.Words()) CHECK(each >= ' ' && each <= '~');
}

}  // namespace evenkeel::fuzz
