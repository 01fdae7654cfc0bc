// WordKey: one word of a few, by its place among them: for enums that count from 0 in that order.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "lib/yaml/key_types.h"

namespace evenkeel::config {

template <size_t kCount>
struct WordKey : Leaf {
  std::array<std::string_view, kCount> words;

  explicit WordKey(std::array<std::string_view, kCount> words) : words(words) {}

  template <typename T>
  void Read(const Place& place, T& out) const {
    const std::string* text = place.Text(Words(), "write one of them");
    if (!text) return;
    const auto found = std::ranges::find(words, *text);
    if (found == words.end()) return place.FailType(Words(), "write one of them");
    out = static_cast<T>(found - words.begin());
  }
  template <typename T>
  KeyFacts Facts(const T& fallback) const {
    return {.type = Words(),
            .fallback = std::string(words[static_cast<size_t>(fallback)]),
            .words = {words.begin(), words.end()}};
  }
  template <typename T>
  Written Write(const T& value) const {
    return WrittenText(words[static_cast<size_t>(value)]);
  }

 private:
  std::string Words() const {
    std::string text(words[0]);
    for (size_t i = 1; i < kCount; ++i) {
      text.append(i + 1 < kCount ? ", " : " or ").append(words[i]);
    }
    return text;
  }
};

template <size_t kCount>
WordKey(std::array<std::string_view, kCount>) -> WordKey<kCount>;

}  // namespace evenkeel::config
