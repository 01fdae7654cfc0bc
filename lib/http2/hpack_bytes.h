// How the header tables hash names and values: inline, in words of eight bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace evenkeel::http2 {

/// The bytes at `at`, the first one the lowest; compilers make one load of it.
constexpr uint32_t LoadFour(const char* at) {
  const auto byte = [at](int i) { return uint32_t{static_cast<uint8_t>(at[i])}; };
  return byte(0) | byte(1) << 8 | byte(2) << 16 | byte(3) << 24;
}
constexpr uint64_t LoadEight(const char* at) {
  const auto byte = [at](int i) { return uint64_t{static_cast<uint8_t>(at[i])}; };
  return byte(0) | byte(1) << 8 | byte(2) << 16 | byte(3) << 24 | byte(4) << 32 | byte(5) << 40 |
         byte(6) << 48 | byte(7) << 56;
}

/// Spreads texts evenly; no defence against who picks texts to collide: what uses it stays right
/// and bounded then.
constexpr uint16_t HashBytes(std::string_view text) {
  constexpr uint64_t kOdd = 0x9e3779b97f4a7c15;
  const char* at = text.data();
  size_t left = text.size();
  uint64_t hash = left;
  const auto mix = [&hash](uint64_t word) {
    hash = (hash ^ word) * kOdd;
    hash ^= hash >> 32;
  };
  for (; left > 8; left -= 8, at += 8) mix(LoadEight(at));
  if (left >= 4) {
    mix(LoadFour(at) | uint64_t{LoadFour(at + left - 4)} << 32);
  } else if (left > 0) {
    const auto byte = [at](size_t i) { return uint64_t{static_cast<uint8_t>(at[i])}; };
    mix(byte(0) | byte(left / 2) << 8 | byte(left - 1) << 16);
  }
  return static_cast<uint16_t>(hash >> 16 ^ hash);
}

}  // namespace evenkeel::http2
