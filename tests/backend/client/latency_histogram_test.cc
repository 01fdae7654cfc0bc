#include "backend/client/latency_histogram.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "lib/base/random.h"

namespace evenkeel::backend {
namespace {

using namespace std::chrono_literals;

double RelativeError(base::Duration measured, base::Duration exact) {
  return std::abs(static_cast<double>((measured - exact).count())) /
         static_cast<double>(exact.count());
}

TEST(LatencyHistogramTest, IsZeroWhileEmpty) {
  const LatencyHistogram histogram;
  EXPECT_EQ(histogram.count(), 0u);
  EXPECT_EQ(histogram.min(), 0ns);
  EXPECT_EQ(histogram.mean(), 0ns);
  EXPECT_EQ(histogram.Quantile(0.99), 0ns);
}

TEST(LatencyHistogramTest, OneCallIsEveryQuantileExactly) {
  LatencyHistogram histogram;
  histogram.Record(1234567ns);
  for (const double quantile : {0.0, 0.5, 1.0}) {
    EXPECT_EQ(histogram.Quantile(quantile), 1234567ns) << quantile;
  }
}

TEST(LatencyHistogramTest, EachMagnitudeIsWithinHalfAPercent) {
  for (base::Duration exact = 1ns; exact < 24h; exact = exact * 17 / 16 + 1ns) {
    LatencyHistogram histogram;
    histogram.Record(0ns);
    histogram.Record(exact);
    histogram.Record(24h);
    EXPECT_LE(RelativeError(histogram.Quantile(0.5), exact), 0.005) << exact.count();
  }
}

TEST(LatencyHistogramTest, QuantilesOfManyCallsAreThoseOfTheSortedList) {
  LatencyHistogram histogram;
  std::vector<base::Duration> sorted;
  base::Random random(1);
  for (int i = 0; i < 100'000; ++i) {
    const base::Duration latency(static_cast<int64_t>(std::exp(random.Between(9, 20))));
    histogram.Record(latency);
    sorted.push_back(latency);
  }
  std::ranges::sort(sorted);
  for (const double quantile : {0.5, 0.9, 0.99, 0.999}) {
    const auto rank = static_cast<size_t>(quantile * 100'000) - 1;
    EXPECT_LE(RelativeError(histogram.Quantile(quantile), sorted[rank]), 0.005) << quantile;
  }
  EXPECT_EQ(histogram.min(), sorted.front());
  EXPECT_EQ(histogram.max(), sorted.back());
}

TEST(LatencyHistogramTest, TakesTheLargestAndNegativeLatencies) {
  LatencyHistogram histogram;
  histogram.Record(base::Duration::max());
  histogram.Record(-5ns);
  EXPECT_EQ(histogram.Quantile(0.5), 0ns);
  EXPECT_LE(RelativeError(histogram.Quantile(1), base::Duration::max()), 0.005);
}

TEST(LatencyHistogramTest, SinceHoldsOnlyWhatCameAfter) {
  LatencyHistogram histogram;
  for (int i = 0; i < 100; ++i) histogram.Record(1ms);
  const LatencyHistogram earlier = histogram;
  for (int i = 0; i < 10; ++i) histogram.Record(9ms);
  const LatencyHistogram recent = histogram.Since(earlier);
  EXPECT_EQ(recent.count(), 10u);
  EXPECT_EQ(recent.mean(), 9ms);
  EXPECT_LE(RelativeError(recent.Quantile(0.01), 9ms), 0.005);
}

}  // namespace
}  // namespace evenkeel::backend
