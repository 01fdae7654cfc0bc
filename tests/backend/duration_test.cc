#include "backend/duration.h"

#include <gtest/gtest.h>

namespace evenkeel::backend {
namespace {

using namespace std::chrono_literals;

TEST(DurationTest, ReadsEachUnit) {
  EXPECT_EQ(*ParseDuration("250us"), 250us);
  EXPECT_EQ(*ParseDuration("5ms"), 5ms);
  EXPECT_EQ(*ParseDuration("1.5s"), 1500ms);
  EXPECT_EQ(*ParseDuration("2m"), 2min);
  EXPECT_EQ(*ParseDuration("1h"), 1h);
  EXPECT_EQ(*ParseDuration("7ns"), 7ns);
}

TEST(DurationTest, ZeroNeedsNoUnitAndOthersDo) {
  EXPECT_EQ(*ParseDuration("0"), 0ns);
  EXPECT_EQ(ParseDuration("5").error(), "\"5\" needs a unit: ns, us, ms, s, m or h");
  EXPECT_FALSE(ParseDuration("5 ms"));
  EXPECT_FALSE(ParseDuration("5days"));
}

TEST(DurationTest, RefusesWhatIsNoDuration) {
  for (const char* const text : {"", "ms", "-5ms", "inf", "nan", "infs", "1e300h", "20000h"}) {
    EXPECT_FALSE(ParseDuration(text)) << text;
  }
}

TEST(DurationTest, FormatsInTheLargestUnitThatIsExact) {
  EXPECT_EQ(FormatDuration(0ns), "0");
  EXPECT_EQ(FormatDuration(1500ms), "1500ms");
  EXPECT_EQ(FormatDuration(120s), "2m");
  EXPECT_EQ(FormatDuration(1ns), "1ns");
}

}  // namespace
}  // namespace evenkeel::backend
