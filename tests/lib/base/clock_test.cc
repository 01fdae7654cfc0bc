#include "lib/base/clock.h"

#include <gtest/gtest.h>

namespace evenkeel::base {
namespace {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""ns;

TEST(ManualClockTest, StandsStillUntilMoved) {
  ManualClock clock;
  const Time start = clock.Now();
  EXPECT_EQ(clock.Now(), start);
  clock.Advance(5ms);
  EXPECT_EQ(clock.Now() - start, 5ms);
  clock.Advance(1ns);
  EXPECT_EQ(clock.Now() - start, 5ms + 1ns);
}

TEST(ManualClockTest, StartsAfterTheTimeThatStandsForNever) {
  ManualClock clock;
  EXPECT_GT(clock.Now(), Time{});
}

}  // namespace
}  // namespace evenkeel::base
