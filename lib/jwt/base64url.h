// base64url without padding (RFC 7515, section 2), read strictly: a text has one spelling.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace evenkeel::jwt {

/// Nothing where there is a byte that is not of the alphabet, padding, a length that no text has,
/// or a bit that is not used and not 0.
std::optional<std::string> DecodeBase64Url(std::string_view text);

}  // namespace evenkeel::jwt
