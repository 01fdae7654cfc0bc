// How the header tables hash and compare names and values: inline, in words of eight bytes, since
// a call into the C library costs more than most fields are long.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
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

template <typename Word>
[[gnu::always_inline]] inline Word Difference(const char* a, const char* b) {
  Word word_a;
  Word word_b;
  std::memcpy(&word_a, a, sizeof word_a);
  std::memcpy(&word_b, b, sizeof word_b);
  return word_a ^ word_b;
}

/// Of the words that `size` bytes begin and end with: all of them when they are two words at most.
template <typename Word>
[[gnu::always_inline]] inline bool SameEnds(const char* a, const char* b, size_t size) {
  const size_t last = size - sizeof(Word);
  return (Difference<Word>(a, b) | Difference<Word>(a + last, b + last)) == 0;
}

/// SameBytes of less than eight.
[[gnu::noinline]] inline bool SameFew(const char* a, const char* b, size_t size) {
  if (size >= 4) return SameEnds<uint32_t>(a, b, size);
  return size == 0 || (a[0] == b[0] && a[size / 2] == b[size / 2] && a[size - 1] == b[size - 1]);
}

[[gnu::always_inline]] inline bool SameBytes(const char* a, const char* b, size_t size) {
  if (size < 8) [[unlikely]]
    return SameFew(a, b, size);
  size_t at = 0;
  for (; size - at > 16; at += 16) {
    if (!SameEnds<uint64_t>(a + at, b + at, 16)) return false;
  }
  // What is left may be less than a word; then the last word begins before it.
  if (size - at >= 8) [[likely]]
    return SameEnds<uint64_t>(a + at, b + at, size - at);
  return Difference<uint64_t>(a + size - 8, b + size - 8) == 0;
}

inline bool SameText(std::string_view a, std::string_view b) {
  return a.size() == b.size() && SameBytes(a.data(), b.data(), a.size());
}

}  // namespace evenkeel::http2
