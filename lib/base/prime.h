// IsPrime: whether a number is prime, by trial division: for sizes of tables, when settings are
// read.
#pragma once

#include <cstdint>

namespace evenkeel::base {

constexpr bool IsPrime(uint32_t number) {
  if (number < 2) return false;
  for (uint64_t divisor = 2; divisor * divisor <= number; ++divisor) {
    if (number % divisor == 0) return false;
  }
  return true;
}

}  // namespace evenkeel::base
