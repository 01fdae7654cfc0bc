#include "lib/telemetry/json_text.h"

#include <algorithm>

namespace evenkeel::telemetry {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";  // U+FFFD

unsigned char Byte(char c) { return static_cast<unsigned char>(c); }

bool IsContinuation(char c) { return (Byte(c) & 0xc0) == 0x80; }

// What the byte after a lead byte must be: this shuts out overlong forms, surrogates and what is
// above U+10FFFF (RFC 3629, section 4).
bool MayFollow(unsigned char lead, unsigned char next) {
  switch (lead) {
    case 0xe0:
      return next >= 0xa0;
    case 0xed:
      return next < 0xa0;
    case 0xf0:
      return next >= 0x90;
    case 0xf4:
      return next < 0x90;
    default:
      return true;
  }
}

size_t SequenceLength(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead <= 0xdf) return 2;
  if (lead >= 0xe0 && lead <= 0xef) return 3;
  if (lead >= 0xf0 && lead <= 0xf4) return 4;
  return 0;
}

// The length of the character that `text` begins with; 0 if that is not UTF-8.
size_t CharacterLength(std::string_view text) {
  const size_t length = SequenceLength(Byte(text[0]));
  if (length <= 1) return length;
  if (text.size() < length) return 0;
  const bool valid = std::ranges::all_of(text.substr(1, length - 1), IsContinuation) &&
                     MayFollow(Byte(text[0]), Byte(text[1]));
  return valid ? length : 0;
}

void AppendAscii(std::string& out, char c) {
  constexpr char kHex[] = "0123456789abcdef";
  switch (c) {
    case '"':
    case '\\':
      out += {'\\', c};
      break;
    case '\n':
      out += "\\n";
      break;
    case '\r':
      out += "\\r";
      break;
    case '\t':
      out += "\\t";
      break;
    default:
      if (c >= ' ' && c != 0x7f) {
        out += c;
      } else {
        out += "\\u00";
        out += {kHex[Byte(c) >> 4], kHex[Byte(c) & 0xf]};
      }
  }
}

// How much of `text` stands for itself; nearly always all of it.
size_t PlainLength(std::string_view text) {
  const auto is_special = [](char c) {
    return Byte(c) < ' ' || Byte(c) >= 0x7f || c == '"' || c == '\\';
  };
  return static_cast<size_t>(std::ranges::find_if(text, is_special) - text.begin());
}

}  // namespace

void AppendJsonString(std::string& out, std::string_view text) {
  out += '"';
  while (true) {
    const size_t plain = PlainLength(text);
    out += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.empty()) break;
    const size_t length = CharacterLength(text);
    if (length == 1) {
      AppendAscii(out, text[0]);
    } else {
      out += length == 0 ? kReplacement : text.substr(0, length);
    }
    text.remove_prefix(std::max<size_t>(length, 1));
  }
  out += '"';
}

}  // namespace evenkeel::telemetry
