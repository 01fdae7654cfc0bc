#include "lib/config/metadata.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

namespace evenkeel::config {
namespace {

// Better one value too many hidden than one too few.
constexpr std::array<std::string_view, 14> kSecretWords = {
    "auth",   "token", "key",        "secret", "passw",   "passphrase", "pwd",
    "cookie", "jwt",   "credential", "cert",   "session", "signature",  "bearer"};

// HTTP's authentication schemes (RFC 9110, section 11.1), in lower case.
constexpr std::array<std::string_view, 4> kSchemes = {"bearer ", "basic ", "digest ", "negotiate "};

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return lower;
}

}  // namespace

bool IsSecret(const Metadata& metadata) {
  const auto is_in_name = [name = Lower(metadata.name)](std::string_view word) {
    return name.find(word) != std::string::npos;
  };
  const auto begins_value = [value = Lower(metadata.value)](std::string_view scheme) {
    return value.starts_with(scheme);
  };
  return metadata.from_outside || std::ranges::any_of(kSecretWords, is_in_name) ||
         std::ranges::any_of(kSchemes, begins_value);
}

}  // namespace evenkeel::config
