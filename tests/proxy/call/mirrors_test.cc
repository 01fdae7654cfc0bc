// When copies end; what they do is in traffic_test.cc, through a real sidecar.
#include "proxy/call/mirrors.h"

#include <gtest/gtest.h>

namespace evenkeel::proxy {
namespace {

using namespace std::chrono_literals;

constexpr base::Time kNow{1h};

TEST(MirrorsTest, ACopyEndsAMinuteAfterItsOriginal) {
  EXPECT_EQ(Mirrors::EndAfterOriginal(kNow, {}), kNow + 1min);
}

TEST(MirrorsTest, ACopyEndsAMinuteAfterItsOriginalAlsoWhereTheDeadlineIsHoursAway) {
  EXPECT_EQ(Mirrors::EndAfterOriginal(kNow, kNow + 1h), kNow + 1min);
}

TEST(MirrorsTest, ACopyEndsAtItsDeadlineWhereThatIsSooner) {
  EXPECT_EQ(Mirrors::EndAfterOriginal(kNow, kNow + 30s), kNow + 30s);
}

}  // namespace
}  // namespace evenkeel::proxy
