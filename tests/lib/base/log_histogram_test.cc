#include "lib/base/log_histogram.h"

#include <gtest/gtest.h>

namespace evenkeel::base {
namespace {

TEST(LogHistogramTest, IsZeroWhileEmpty) {
  const LogHistogram<9> histogram;
  EXPECT_EQ(histogram.Quantile(0.5), 0);
  EXPECT_EQ(histogram.CountBelow(1), 0u);
}

TEST(LogHistogramTest, QuantilesAreWithinATenthOfAPercent) {
  LogHistogram<9> histogram;
  for (int64_t i = 1; i <= 100'000; ++i) histogram.Add(i * 1'000);
  for (const double quantile : {0.01, 0.5, 0.9, 0.99, 0.999, 1.0}) {
    const double exact = quantile * 1e8;
    EXPECT_NEAR(static_cast<double>(histogram.Quantile(quantile)), exact, exact * 0.001);
  }
  EXPECT_EQ(histogram.Quantile(0), 1'000);
}

TEST(LogHistogramTest, CountsWhatIsBelow) {
  LogHistogram<9> histogram;
  for (int64_t i = 1; i <= 100'000; ++i) histogram.Add(i * 1'000);
  EXPECT_NEAR(static_cast<double>(histogram.CountBelow(50'000'000)), 50'000, 100);
  EXPECT_EQ(histogram.CountBelow(INT64_MAX), 100'000u);
}

TEST(LogHistogramTest, SinceHoldsOnlyWhatCameAfter) {
  LogHistogram<9> histogram;
  histogram.Add(7);
  histogram.Add(700);
  const auto earlier = histogram;
  histogram.Add(700);
  histogram.Add(900);
  const auto recent = histogram.Since(earlier);
  EXPECT_EQ(recent.count(), 2u);
  EXPECT_EQ(recent.Quantile(0), 700);
  EXPECT_EQ(recent.Quantile(1), 900);
  EXPECT_EQ(histogram.Since(histogram).count(), 0u);
}

TEST(LogHistogramTest, ANegativeValueCountsAsZero) {
  LogHistogram<9> histogram;
  histogram.Add(-5);
  EXPECT_EQ(histogram.count(), 1u);
  EXPECT_EQ(histogram.Quantile(1), 0);
}

}  // namespace
}  // namespace evenkeel::base
