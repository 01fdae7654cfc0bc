#include "lib/process/memory_shares.h"

#include <gtest/gtest.h>

namespace evenkeel::proxy {
namespace {

constexpr int64_t kKiB = 1024;

class MemorySharesTest : public ::testing::Test {
 protected:
  /// What a worker says that has one client for each of these.
  static MemoryShares::Sums Holding(std::initializer_list<int64_t> clients) {
    MemoryShares::Sums sums{};
    for (const int64_t each : clients) {
      sums[MemoryShares::ClassOf(static_cast<size_t>(each))] += each;
    }
    return sums;
  }

  MemoryShares shares_;
  MemoryShares::Sums first_{};   // what a worker has said
  MemoryShares::Sums second_{};  // another one
};

TEST_F(MemorySharesTest, AClassIsAPowerOfTwo) {
  EXPECT_EQ(MemoryShares::ClassOf(0), 0u);
  EXPECT_EQ(MemoryShares::ClassOf(1), 1u);
  EXPECT_EQ(MemoryShares::ClassOf(1023), 10u);
  EXPECT_EQ(MemoryShares::ClassOf(1024), 11u);
  EXPECT_EQ(MemoryShares::ClassOf(SIZE_MAX), MemoryShares::kClasses - 1);
}

TEST_F(MemorySharesTest, TheLargestAreCutFirst) {
  shares_.Say(first_, Holding({1 * kKiB, 100 * kKiB, 900 * kKiB}));
  const MemoryShares::Cut cut = shares_.CutFor(300 * kKiB);
  EXPECT_EQ(cut.lowest, MemoryShares::ClassOf(900 * kKiB));
  EXPECT_DOUBLE_EQ(cut.part, 1.0 / 3);
}

TEST_F(MemorySharesTest, ThoseBelowThemFollow) {
  shares_.Say(first_, Holding({1 * kKiB, 100 * kKiB, 900 * kKiB}));
  const MemoryShares::Cut cut = shares_.CutFor(950 * kKiB);
  EXPECT_EQ(cut.lowest, MemoryShares::ClassOf(100 * kKiB));
  EXPECT_DOUBLE_EQ(cut.part, 0.5);
}

TEST_F(MemorySharesTest, AllWorkersCountTogether) {
  shares_.Say(first_, Holding({1 * kKiB, 2 * kKiB}));
  shares_.Say(second_, Holding({600 * kKiB, 800 * kKiB}));
  EXPECT_EQ(shares_.held(), 1403 * kKiB);
  // None of the first worker's.
  EXPECT_EQ(shares_.CutFor(700 * kKiB).lowest, MemoryShares::ClassOf(600 * kKiB));
}

TEST_F(MemorySharesTest, WhatAWorkerSaysReplacesWhatItSaid) {
  shares_.Say(first_, Holding({900 * kKiB}));
  shares_.Say(first_, Holding({3 * kKiB}));
  EXPECT_EQ(shares_.held(), 3 * kKiB);
  EXPECT_EQ(shares_.CutFor(1).lowest, MemoryShares::ClassOf(3 * kKiB));
}

TEST_F(MemorySharesTest, WhereAllHoldLessThanIsWantedEverybodyIsCut) {
  shares_.Say(first_, Holding({900 * kKiB}));
  const MemoryShares::Cut cut = shares_.CutFor(1000 * kKiB);
  EXPECT_EQ(cut.lowest, 0u);
  EXPECT_DOUBLE_EQ(cut.part, 1);
}

}  // namespace
}  // namespace evenkeel::proxy
