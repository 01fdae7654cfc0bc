// The integers of HPACK (RFC 7541, section 5.1): a prefix of 1 to 8 bits in the first byte, and the
// rest in groups of seven bits, the lowest first.
#pragma once

#include <cstdint>

namespace evenkeel::http2 {

/// Reads an integer whose prefix are the low bits of *at; returns what follows it. Null when the
/// bytes end before it does, and when it does not fit 32 bits or pads itself to more than five
/// bytes after the first. Precondition: at < end.
inline const uint8_t* ReadInteger(const uint8_t* at, const uint8_t* end, unsigned prefix_bits,
                                  uint32_t& value) {
  const uint32_t most = (1u << prefix_bits) - 1;
  value = *at++ & most;
  if (value < most) [[likely]]
    return at;
  uint64_t sum = value;
  for (unsigned shift = 0; shift < 35; shift += 7) {
    if (at == end) return nullptr;
    const uint8_t byte = *at++;
    sum += uint64_t{byte & 0x7fu} << shift;
    if (byte >= 0x80) continue;
    value = static_cast<uint32_t>(sum);
    return sum <= UINT32_MAX ? at : nullptr;
  }
  return nullptr;
}

/// Writes at most six bytes; `pattern` are the bits of the first byte above the prefix.
inline uint8_t* WriteInteger(uint8_t* to, uint8_t pattern, unsigned prefix_bits, uint32_t value) {
  const uint32_t most = (1u << prefix_bits) - 1;
  if (value < most) [[likely]] {
    *to++ = static_cast<uint8_t>(pattern | value);
    return to;
  }
  *to++ = static_cast<uint8_t>(pattern | most);
  for (value -= most; value >= 0x80; value >>= 7) *to++ = static_cast<uint8_t>(value | 0x80);
  *to++ = static_cast<uint8_t>(value);
  return to;
}

}  // namespace evenkeel::http2
