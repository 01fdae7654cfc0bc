// Pattern: what a text must be like: the same, begin or end so, or just be there (as gRFC A43 has
// it). A value.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace evenkeel::authz {

class Pattern {
 public:
  enum class Case : bool { kCounts, kIgnored };  ///< of ASCII letters

  /// "text", "text*", "*text" or "*", which no empty text fits.
  explicit Pattern(std::string_view text, Case letters = Case::kCounts);

  bool Matches(std::string_view value) const {
    switch (kind_) {
      case Kind::kExact:
        return value.size() == text_.size() && IsText(value);
      case Kind::kPrefix:
        return value.size() >= text_.size() && IsText(value.substr(0, text_.size()));
      case Kind::kSuffix:
        return value.size() >= text_.size() && IsText(value.substr(value.size() - text_.size()));
      case Kind::kPresent:
        break;
    }
    return !value.empty();
  }

 private:
  enum class Kind : uint8_t { kExact, kPrefix, kSuffix, kPresent };

  /// Precondition: `value` is as long as the text.
  bool IsText(std::string_view value) const;

  Kind kind_ = Kind::kExact;
  Case case_;
  std::string text_;  // in lower case where case is ignored
};

}  // namespace evenkeel::authz
