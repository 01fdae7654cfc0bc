#include "lib/authz/pattern.h"

#include <algorithm>

#include "lib/http/same_text.h"

namespace evenkeel::authz {
namespace {

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

}  // namespace

Pattern::Pattern(std::string_view text, Case letters) : case_(letters) {
  if (text == "*") {
    kind_ = Kind::kPresent;
  } else if (text.ends_with('*')) {
    kind_ = Kind::kPrefix;
    text.remove_suffix(1);
  } else if (text.starts_with('*')) {
    kind_ = Kind::kSuffix;
    text.remove_prefix(1);
  }
  text_ = text;
  if (case_ == Case::kIgnored) std::ranges::transform(text_, text_.begin(), Lower);
}

bool Pattern::IsText(std::string_view value) const {
  if (case_ == Case::kCounts) return http2::SameBytes(value.data(), text_.data(), text_.size());
  return std::ranges::equal(value, text_, {}, Lower);
}

}  // namespace evenkeel::authz
