#include "lib/telemetry/latency_histogram.h"

#include <gtest/gtest.h>

namespace evenkeel::telemetry {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

class LatencyHistogramTest : public ::testing::Test {
 protected:
  /// The one bucket an observation of `duration` falls into.
  size_t BucketOf(base::Duration duration) {
    LatencyHistogram histogram;
    histogram.Observe(duration);
    size_t bucket = 0;
    while (histogram.bucket(bucket) == 0) ++bucket;
    return bucket;
  }
};

TEST_F(LatencyHistogramTest, HasTheBoundsOfGrpcInAscendingOrder) {
  EXPECT_EQ(kLatencyBounds.size(), 41u);
  EXPECT_TRUE(std::ranges::is_sorted(kLatencyBounds));
  EXPECT_EQ(kLatencyBounds.front(), seconds(0));
  EXPECT_EQ(kLatencyBounds[7], milliseconds(1));
  EXPECT_EQ(kLatencyBounds.back(), seconds(100));
}

TEST_F(LatencyHistogramTest, CountsABoundInTheBucketItCloses) {
  for (size_t i = 0; i < kLatencyBounds.size(); ++i) {
    EXPECT_EQ(BucketOf(kLatencyBounds[i]), i);
    EXPECT_EQ(BucketOf(kLatencyBounds[i] + nanoseconds(1)), i + 1);
  }
}

TEST_F(LatencyHistogramTest, PutsWhatIsOverTheLastBoundIntoTheUnboundedBucket) {
  EXPECT_EQ(BucketOf(std::chrono::hours(24)), kLatencyBucketCount - 1);
}

TEST_F(LatencyHistogramTest, TakesANegativeDurationForZero) {
  EXPECT_EQ(BucketOf(-seconds(1)), 0u);
  LatencyHistogram histogram;
  histogram.Observe(-seconds(1));
  EXPECT_EQ(histogram.nanoseconds(), 0u);
}

TEST_F(LatencyHistogramTest, AddsDurationsUp) {
  LatencyHistogram histogram;
  histogram.Observe(milliseconds(3));
  histogram.Observe(milliseconds(4));
  EXPECT_EQ(histogram.nanoseconds(), 7'000'000u);
}

}  // namespace
}  // namespace evenkeel::telemetry
