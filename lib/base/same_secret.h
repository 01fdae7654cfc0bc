// How secrets are compared, so that the time it takes tells nobody how much of one was right.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace evenkeel::base {

/// Whether both are the same. Takes as long for every pair of texts of these sizes.
inline bool SameSecret(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  uint8_t difference = 0;
  for (size_t i = 0; i < a.size(); ++i) difference |= static_cast<uint8_t>(a[i] ^ b[i]);
  return difference == 0;
}

}  // namespace evenkeel::base
