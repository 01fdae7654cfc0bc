#include "lib/base/log_buckets.h"

#include <gtest/gtest.h>

#include <array>

namespace evenkeel::base {
namespace {

using Buckets = LogBuckets<3>;

TEST(LogBucketsTest, SmallValuesHaveABucketEach) {
  for (uint64_t value = 0; value < 16; ++value) {
    EXPECT_EQ(Buckets::IndexOf(value), value);
    EXPECT_EQ(Buckets::LowestOf(value), value);
    EXPECT_EQ(Buckets::MiddleOf(value), value);
  }
}

TEST(LogBucketsTest, EachBucketBeginsWhereTheOneBeforeItEnds) {
  for (size_t i = 0; i < Buckets::kCount; ++i) {
    EXPECT_EQ(Buckets::IndexOf(Buckets::LowestOf(i)), i);
    EXPECT_EQ(Buckets::IndexOf(Buckets::EndOf(i) - 1), i);
    EXPECT_EQ(Buckets::IndexOf(Buckets::MiddleOf(i)), i);
  }
}

TEST(LogBucketsTest, ABucketIsAtMostAnEighthOfItsValuesWide) {
  for (size_t i = 8; i < Buckets::kCount; ++i) {
    EXPECT_LE(Buckets::EndOf(i) - Buckets::LowestOf(i), Buckets::LowestOf(i) / 8);
  }
}

TEST(LogBucketsTest, TheLargestValueIsInTheLastBucket) {
  EXPECT_EQ(Buckets::IndexOf((uint64_t{1} << 63) - 1), Buckets::kCount - 1);
}

TEST(LogBucketsTest, RanksCountFromOneAndEndWithTheLastBucket) {
  constexpr std::array<uint32_t, 4> kCounts = {0, 2, 0, 1};
  EXPECT_EQ(BucketOfRank(kCounts, 1), 1u);
  EXPECT_EQ(BucketOfRank(kCounts, 2), 1u);
  EXPECT_EQ(BucketOfRank(kCounts, 3), 3u);
  EXPECT_EQ(BucketOfRank(kCounts, 9), 3u);
}

}  // namespace
}  // namespace evenkeel::base
