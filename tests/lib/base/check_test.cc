#include "lib/base/check.h"

#include <gtest/gtest.h>

namespace evenkeel::base {
namespace {

TEST(CheckTest, LetsWhatHoldsPassAndAsksOnce) {
  int asked = 0;
  CHECK(++asked == 1);
  EXPECT_EQ(asked, 1);
  CHECK(&asked);  // as if does
}

TEST(CheckDeathTest, EndsTheProcessWithWhatDidNotHoldAndWhere) {
  EXPECT_DEATH(CHECK(1 + 1 == 3),
               "check_test\\.cc:[0-9]+: bug in evenkeel: CHECK\\(1 \\+ 1 == 3\\) failed");
}

}  // namespace
}  // namespace evenkeel::base
