#include "health/outcome_counters.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace evenkeel::health {
namespace {

using rpc::StatusCode;
using rpc::Verdict;
using namespace std::chrono_literals;

class OutcomeCountersTest : public ::testing::Test {
 protected:
  bool Fail() { return counters_.Record(Verdict::kFailure, StatusCode::kInternal, 1ms); }
  bool Succeed() { return counters_.Record(Verdict::kSuccess, StatusCode::kOk, 1ms); }
  bool Cancel() { return counters_.Record(Verdict::kNeutral, StatusCode::kCancelled, 1ms); }

  OutcomeCounters counters_{3};
};

TEST_F(OutcomeCountersTest, ReportsARunOfFailuresAtItsThresholdAndAtEachMultiple) {
  std::vector<bool> reported;
  for (int i = 0; i < 6; ++i) reported.push_back(Fail());
  EXPECT_EQ(reported, (std::vector<bool>{false, false, true, false, false, true}));
}

TEST_F(OutcomeCountersTest, ASuccessEndsARun) {
  Fail();
  Fail();
  Succeed();
  EXPECT_FALSE(Fail());
  EXPECT_EQ(counters_.run(), 1U);
}

TEST_F(OutcomeCountersTest, WhatIsNeutralNeitherEndsARunNorCounts) {
  Fail();
  Fail();
  EXPECT_FALSE(Cancel());
  EXPECT_TRUE(Fail());
  EXPECT_EQ(counters_.Read().volume(), 3U);
}

TEST_F(OutcomeCountersTest, WithoutAThresholdReportsNothing) {
  OutcomeCounters counters(0);
  for (int i = 0; i < 100; ++i) {
    EXPECT_FALSE(counters.Record(Verdict::kFailure, StatusCode::kInternal, 1ms));
  }
}

TEST_F(OutcomeCountersTest, ASnapshotLessAnEarlierOneIsWhatCameBetween) {
  Fail();
  Succeed();
  const auto earlier = counters_.Read();
  Fail();
  Fail();
  Succeed();
  const auto gained = counters_.Read().Since(earlier);
  EXPECT_EQ(gained.failures, 2U);
  EXPECT_EQ(gained.successes, 1U);
  EXPECT_EQ(gained.failures_by_status[static_cast<size_t>(StatusCode::kInternal)], 2U);
}

TEST_F(OutcomeCountersTest, P90IsWithinABucketOfTheTruth) {
  for (const base::Duration latency : {100us, 1000us, 20000us, 3000000us}) {
    OutcomeCounters counters(0);
    for (int i = 0; i < 90; ++i) counters.Record(Verdict::kSuccess, StatusCode::kOk, latency);
    for (int i = 0; i < 10; ++i) counters.Record(Verdict::kSuccess, StatusCode::kOk, 50 * latency);
    const base::Duration p90 = counters.Read().P90();
    EXPECT_GE(p90, latency);
    EXPECT_LE(p90.count(), latency.count() * 5 / 4);
  }
}

TEST_F(OutcomeCountersTest, TakesLatenciesBeyondItsRange) {
  OutcomeCounters counters(0);
  counters.Record(Verdict::kSuccess, StatusCode::kOk, 0ns);
  EXPECT_LE(counters.Read().P90(), 1ms);
  OutcomeCounters slow(0);
  slow.Record(Verdict::kSuccess, StatusCode::kOk, 100h);
  EXPECT_GE(slow.Read().P90(), 1min);
}

TEST_F(OutcomeCountersTest, ManyThreadsLoseNoCount) {
  constexpr int kEach = 20'000;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([this] {
      for (int j = 0; j < kEach; ++j) j % 2 == 0 ? Fail() : Succeed();
    });
  }
  for (std::thread& each : threads) each.join();
  EXPECT_EQ(counters_.Read().failures, 2U * kEach);
  EXPECT_EQ(counters_.Read().successes, 2U * kEach);
}

}  // namespace
}  // namespace evenkeel::health
