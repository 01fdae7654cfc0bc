#include "lib/yaml/utf8_text.h"

#include <algorithm>
#include <cstdint>

namespace evenkeel::config {
namespace {

bool IsAllowedAscii(unsigned char c) {
  return c == '\t' || c == '\n' || c == '\r' || (c >= 0x20 && c != 0x7f);
}

size_t SequenceLength(unsigned char lead) {
  if (lead >= 0xc2 && lead <= 0xdf) return 2;
  if (lead >= 0xe0 && lead <= 0xef) return 3;
  if (lead >= 0xf0 && lead <= 0xf4) return 4;
  return 0;
}

// The second byte alone tells overlong forms, surrogates and what lies above U+10FFFF.
bool IsSecondByte(unsigned char lead, unsigned char c) {
  const unsigned char low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
  const unsigned char high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
  return c >= low && c <= high;
}

// Bytes of the good character at the text's start; 0 when it is none.
size_t GoodCharacter(std::string_view text) {
  const auto byte = [text](size_t i) { return static_cast<unsigned char>(text[i]); };
  if (byte(0) < 0x80) return IsAllowedAscii(byte(0)) ? 1 : 0;
  const size_t length = SequenceLength(byte(0));
  if (length == 0 || text.size() < length || !IsSecondByte(byte(0), byte(1))) return 0;
  for (size_t i = 2; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
  }
  return length;
}

}  // namespace

std::optional<size_t> FindBadByte(std::string_view text) {
  size_t at = 0;
  while (at < text.size()) {
    const size_t length = GoodCharacter(text.substr(at));
    if (length == 0) return at;
    at += length;
  }
  return std::nullopt;
}

Mark MarkOf(std::string_view text, size_t offset) {
  const std::string_view before = text.substr(0, offset);
  const size_t line_end = before.rfind('\n');
  const size_t column = line_end == std::string_view::npos ? offset : offset - line_end - 1;
  return {static_cast<int>(std::ranges::count(before, '\n')) + 1, static_cast<int>(column) + 1};
}

}  // namespace evenkeel::config
