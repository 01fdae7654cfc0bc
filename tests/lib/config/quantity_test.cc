#include "lib/config/quantity.h"

#include <gtest/gtest.h>

#include <limits>

namespace evenkeel::config {
namespace {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;
using std::chrono_literals::operator""min;
using std::chrono_literals::operator""h;

TEST(DurationUnitTest, ReadsEachUnit) {
  EXPECT_EQ(DurationUnit::Parse("250ms").value(), 250ms);
  EXPECT_EQ(DurationUnit::Parse("5s").value(), 5s);
  EXPECT_EQ(DurationUnit::Parse("1m").value(), 1min);
  EXPECT_EQ(DurationUnit::Parse("2h").value(), 2h);
  EXPECT_EQ(DurationUnit::Parse("0s").value(), 0ms);
}

TEST(DurationUnitTest, SaysWhichUnitABareNumberNeeds) {
  const auto refused = DurationUnit::Parse("5");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, "the duration \"5\" has no unit");
  EXPECT_EQ(refused.error().hint, "write 5s for seconds or 5ms for milliseconds");
}

TEST(DurationUnitTest, RefusesEverythingElse) {
  for (const char* text : {"", "s", "5 s", "5S", "5sec", "-5s", "+5s", "1.5s", "1m30s", "5us",
                           "0x5s", "s5", "5s ", " 5s", "five"}) {
    EXPECT_FALSE(DurationUnit::Parse(text)) << text;
  }
}

TEST(DurationUnitTest, TakesAnEndlessNumberForTheLargest) {
  const auto longest = std::chrono::milliseconds(INT64_MAX);
  EXPECT_EQ(DurationUnit::Parse("99999999999999999999s").value(), longest);
  EXPECT_EQ(DurationUnit::Parse("9223372036854775807h").value(), longest);
}

TEST(DurationUnitTest, FormatsWithTheLargestUnitThatFits) {
  EXPECT_EQ(DurationUnit::Format(250ms), "250ms");
  EXPECT_EQ(DurationUnit::Format(1500ms), "1500ms");
  EXPECT_EQ(DurationUnit::Format(90s), "90s");
  EXPECT_EQ(DurationUnit::Format(5min), "5m");
  EXPECT_EQ(DurationUnit::Format(2h), "2h");
  EXPECT_EQ(DurationUnit::Format(0ms), "0s");
}

TEST(SizeUnitTest, ReadsEachUnitAndPlainBytes) {
  EXPECT_EQ(SizeUnit::Parse("1000").value(), 1000);
  EXPECT_EQ(SizeUnit::Parse("64KiB").value(), 65536);
  EXPECT_EQ(SizeUnit::Parse("1MiB").value(), 1048576);
  EXPECT_EQ(SizeUnit::Parse("1GiB").value(), 1073741824);
  EXPECT_EQ(SizeUnit::Parse("9223372036854775807GiB").value(), INT64_MAX);
}

TEST(SizeUnitTest, RefusesUnitsThatAreReadInTwoWays) {
  for (const char* text : {"64KB", "64kb", "64K", "64k", "1M", "64 KiB", "64kib", "1.5MiB", "-1",
                           "", "KiB", "0x10", "64KiBs"}) {
    EXPECT_FALSE(SizeUnit::Parse(text)) << text;
  }
}

TEST(SizeUnitTest, FormatsWithTheLargestUnitThatFits) {
  EXPECT_EQ(SizeUnit::Format(65536), "64KiB");
  EXPECT_EQ(SizeUnit::Format(1048576), "1MiB");
  EXPECT_EQ(SizeUnit::Format(1000), "1000");
  EXPECT_EQ(SizeUnit::Format(0), "0");
}

TEST(WholeNumberUnitTest, ReadsDigitsWithOrWithoutMinus) {
  EXPECT_EQ(WholeNumberUnit::Parse("12").value(), 12);
  EXPECT_EQ(WholeNumberUnit::Parse("-3").value(), -3);
  EXPECT_EQ(WholeNumberUnit::Parse("99999999999999999999").value(), INT64_MAX);
  EXPECT_EQ(WholeNumberUnit::Parse("-99999999999999999999").value(), -INT64_MAX);
}

TEST(WholeNumberUnitTest, RefusesOtherSpellings) {
  for (const char* text : {"", "-", "--1", "1.0", "1e3", "0x10", "1_000", "1,000", "+1", "one"}) {
    EXPECT_FALSE(WholeNumberUnit::Parse(text)) << text;
  }
}

TEST(DecimalUnitTest, ReadsWholeAndBrokenNumbers) {
  EXPECT_EQ(DecimalUnit::Parse("1.6").value(), 1.6);
  EXPECT_EQ(DecimalUnit::Parse("-2").value(), -2);
  EXPECT_EQ(DecimalUnit::Parse("1e999").value(), std::numeric_limits<double>::infinity());
}

TEST(DecimalUnitTest, RefusesWhatIsNoFiniteNumber) {
  for (const char* text : {"", "nan", "inf", "-inf", "1,6", "1.6x", "0x1p3", "50%"}) {
    EXPECT_FALSE(DecimalUnit::Parse(text)) << text;
  }
}

TEST(DecimalUnitTest, FormatsAsOneWouldWrite) {
  EXPECT_EQ(DecimalUnit::Format(1.6), "1.6");
  EXPECT_EQ(DecimalUnit::Format(0.2), "0.2");
  EXPECT_EQ(DecimalUnit::Format(10), "10");
}

}  // namespace
}  // namespace evenkeel::config
