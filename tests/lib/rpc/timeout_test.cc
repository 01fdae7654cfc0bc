#include "lib/rpc/timeout.h"

#include <gtest/gtest.h>

#include "lib/base/random.h"

namespace evenkeel::rpc {
namespace {

using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::nanoseconds;
using std::chrono::seconds;

TEST(TimeoutTest, ReadsEveryUnit) {
  EXPECT_EQ(ParseTimeout("5n"), nanoseconds(5));
  EXPECT_EQ(ParseTimeout("5u"), microseconds(5));
  EXPECT_EQ(ParseTimeout("5m"), milliseconds(5));
  EXPECT_EQ(ParseTimeout("5S"), seconds(5));
  EXPECT_EQ(ParseTimeout("5M"), minutes(5));
  EXPECT_EQ(ParseTimeout("5H"), hours(5));
}

TEST(TimeoutTest, ReadsOneToEightDigits) {
  EXPECT_EQ(ParseTimeout("1S"), seconds(1));
  EXPECT_EQ(ParseTimeout("99999999S"), seconds(99'999'999));
  EXPECT_EQ(ParseTimeout("00000010m"), milliseconds(10));
}

TEST(TimeoutTest, ReadsZeroInEveryUnit) {
  for (const std::string_view value : {"0n", "0u", "0m", "0S", "0M", "0H", "00000000S"}) {
    EXPECT_EQ(ParseTimeout(value), base::Duration::zero()) << value;
  }
}

TEST(TimeoutTest, CutsWhatNoClockHolds) {
  EXPECT_EQ(ParseTimeout("99999999H"), base::Duration::max());
  EXPECT_EQ(ParseTimeout("2562048H"), base::Duration::max());
  EXPECT_EQ(ParseTimeout("2562047H"), hours(2'562'047));
}

TEST(TimeoutTest, ReadsNothingElse) {
  for (const std::string_view value :
       {"",   "S",  "5",   "000000000S", "-0S",  "-1S", "+1S", " 1S",  "1S ", "1 S", "1.5S",
        "1s", "1h", "1ms", "123456789S", "0x1S", "1Z",  "SS",  "1S1S", "١S",  "1e3S"}) {
    EXPECT_EQ(ParseTimeout(value), std::nullopt) << "\"" << value << "\"";
  }
  EXPECT_EQ(ParseTimeout(std::string_view("1\0", 2)), std::nullopt);
}

TEST(TimeoutTest, WritesTheFinestUnitThatFits) {
  EXPECT_EQ(FormatTimeout(nanoseconds(1)), "1n");
  EXPECT_EQ(FormatTimeout(nanoseconds(99'999'999)), "99999999n");
  EXPECT_EQ(FormatTimeout(milliseconds(100)), "100000u");
  EXPECT_EQ(FormatTimeout(seconds(99)), "99000000u");
  EXPECT_EQ(FormatTimeout(seconds(100)), "100000m");
  EXPECT_EQ(FormatTimeout(hours(27)), "97200000m");
  EXPECT_EQ(FormatTimeout(hours(28)), "100800S");
  EXPECT_EQ(FormatTimeout(base::Duration::max()), "2562047H");
}

TEST(TimeoutTest, NeverWritesMoreThanThereIsAndNeverZero) {
  base::Random random(11);
  for (int i = 0; i < 100'000; ++i) {
    const base::Duration timeout(1 + static_cast<int64_t>(random() >> (1 + random.Below(62))));
    const std::string text = FormatTimeout(timeout);
    const auto read = ParseTimeout(text);
    ASSERT_TRUE(read) << text;
    ASSERT_LE(*read, timeout) << text;
    // Eight digits lose less than one part in a hundred thousand.
    ASSERT_GE(read->count(), timeout.count() - timeout.count() / 100'000) << text;
  }
}

TEST(TimeoutDeathTest, WritesNoTimeoutThatHasPassed) {
  EXPECT_DEATH(FormatTimeout(base::Duration::zero()), "CHECK");
}

}  // namespace
}  // namespace evenkeel::rpc
