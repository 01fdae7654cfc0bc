// How names and values of fields are compared: inline, in words of eight bytes, since a call into
// the C library costs more than most of them are long.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace evenkeel::http2 {

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
