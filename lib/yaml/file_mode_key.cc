#include "lib/yaml/file_mode_key.h"

#include <charconv>
#include <string_view>

namespace evenkeel::config {
namespace {

constexpr size_t kDigits = 3;
constexpr uint32_t kEight = 8;

std::optional<uint32_t> Parse(std::string_view text) {
  if (text.size() == kDigits + 1 && text.starts_with('0')) text.remove_prefix(1);
  uint32_t mode = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), mode, kEight);
  const bool is_whole = error == std::errc() && end == text.data() + text.size();
  return is_whole && text.size() == kDigits ? std::optional(mode) : std::nullopt;
}

}  // namespace

void FileModeKey::Read(const Place& place, std::optional<uint32_t>& mode) const {
  constexpr char kHint[] = "write three octal digits, as for chmod: 660, or \"0660\"";
  const std::string* text = place.Text("a file mode", kHint);
  if (!text) return;
  if (const auto value = Parse(*text)) {
    mode = value;
  } else {
    place.Fail({Quoted(*text) + " is no file mode", kHint});
  }
}

Written FileModeKey::Write(const std::optional<uint32_t>& mode) const {
  if (!mode) return {};
  std::string digits(kDigits + 1, '0');
  uint32_t left = *mode;
  for (size_t i = kDigits; i > 0; --i, left /= kEight)
    digits[i] = static_cast<char>('0' + left % kEight);
  return WrittenText(digits);
}

}  // namespace evenkeel::config
