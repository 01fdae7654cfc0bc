#include "lib/base/prime.h"

#include <gtest/gtest.h>

namespace evenkeel::base {
namespace {

TEST(PrimeTest, KnowsPrimes) {
  for (const uint32_t number : {2u, 3u, 5u, 65'537u, 5'000'011u, 4'294'967'291u}) {
    EXPECT_TRUE(IsPrime(number)) << number;
  }
}

TEST(PrimeTest, KnowsWhatIsNone) {
  for (const uint32_t number : {0u, 1u, 4u, 9u, 65'536u, 65'535u, 4'294'967'295u}) {
    EXPECT_FALSE(IsPrime(number)) << number;
  }
}

}  // namespace
}  // namespace evenkeel::base
