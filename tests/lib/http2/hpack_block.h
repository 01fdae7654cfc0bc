// Header blocks for tests: written in hexadecimal as RFC 7541 shows them, decoded, encoded.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/check.h"
#include "lib/http2/hpack_decoder.h"
#include "lib/http2/hpack_encoder.h"
#include "tests/lib/http2/wire_builder.h"

namespace evenkeel::http2 {

/// The bytes of hexadecimal digits; blanks between them are fine.
inline std::string FromHex(std::string_view digits) {
  std::string bytes;
  int high = -1;
  for (const char each : digits) {
    if (each == ' ') continue;
    const int digit = each <= '9' ? each - '0' : each - 'a' + 10;
    CHECK(digit >= 0 && digit < 16);
    if (high >= 0) bytes += static_cast<char>(high << 4 | digit);
    high = high >= 0 ? -1 : digit;
  }
  CHECK(high < 0);
  return bytes;
}

inline std::string ToHex(std::string_view bytes) {
  std::string digits;
  for (const char each : bytes) {
    for (const int shift : {4, 0}) digits += "0123456789abcdef"[each >> shift & 15];
  }
  return digits;
}

/// Null when the block is an error.
inline std::optional<Fields> Decode(HpackDecoder& decoder, std::string_view block) {
  // A copy of its own size, so that a sanitizer sees what is read beyond it.
  const std::vector<uint8_t> bytes(block.begin(), block.end());
  Fields fields;
  decoder.Begin(bytes);
  for (HeaderField field; decoder.Next(field);) {
    fields.push_back({std::string(field.name), std::string(field.value), field.indexing});
  }
  if (decoder.failed()) return std::nullopt;
  return fields;
}

/// In a buffer of just the size that Bound asks for.
inline std::string Encode(HpackEncoder& encoder, const HeaderList& headers) {
  std::vector<uint8_t> block(HpackEncoder::Bound(headers));
  const size_t size = encoder.Encode(headers, block.data());
  CHECK(size <= block.size());
  return {block.begin(), block.begin() + static_cast<ptrdiff_t>(size)};
}

inline std::string Encode(HpackEncoder& encoder, const Fields& fields) {
  return Encode(encoder, ToHeaderList(fields));
}

}  // namespace evenkeel::http2
