// SHA-256 (FIPS 180-4) of a text.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace evenkeel::tls {

using Sha256Digest = std::array<uint8_t, 32>;

Sha256Digest Sha256(std::string_view text);

}  // namespace evenkeel::tls
