#include "proxy/discovery/refresh_schedule.h"

#include <gtest/gtest.h>

#include <chrono>
#include <set>

namespace evenkeel::discovery {
namespace {

using namespace std::chrono_literals;

class RefreshScheduleTest : public ::testing::Test {
 protected:
  RefreshSchedule Make(double jitter) {
    config::Dns settings;
    settings.min_ttl = 2s;
    settings.max_ttl = 60s;
    settings.max_retry = 10s;
    settings.jitter = jitter;
    return {settings, random_};
  }

  base::Random random_{1};
};

TEST_F(RefreshScheduleTest, AnAnswerStandsForItsTimeToLive) {
  EXPECT_EQ(Make(0).AfterAnswer(30s), 30s);
}

TEST_F(RefreshScheduleTest, ATimeToLiveHasAFloor) {
  EXPECT_EQ(Make(0).AfterAnswer(0s), 2s);
  EXPECT_EQ(Make(0).AfterAnswer(1s), 2s);
}

TEST_F(RefreshScheduleTest, ATimeToLiveHasACeiling) { EXPECT_EQ(Make(0).AfterAnswer(24h), 60s); }

TEST_F(RefreshScheduleTest, JitterMakesItEarlierNeverLater) {
  RefreshSchedule schedule = Make(0.1);
  std::set<base::Duration> different;
  for (int i = 0; i < 1000; ++i) {
    const base::Duration wait = schedule.AfterAnswer(30s);
    EXPECT_GE(wait, 27s);
    EXPECT_LE(wait, 30s);
    different.insert(wait);
  }
  EXPECT_GT(different.size(), 900u);
}

TEST_F(RefreshScheduleTest, FailuresWaitTwiceAsLongEachTimeUpToALimit) {
  RefreshSchedule schedule = Make(0);
  EXPECT_EQ(schedule.AfterFailure(), 2s);
  EXPECT_EQ(schedule.AfterFailure(), 4s);
  EXPECT_EQ(schedule.AfterFailure(), 8s);
  EXPECT_EQ(schedule.AfterFailure(), 10s);
  EXPECT_EQ(schedule.AfterFailure(), 10s);
}

TEST_F(RefreshScheduleTest, APartOfAnAnswerStandsNoLongerThanItsTimeToLive) {
  RefreshSchedule schedule = Make(0);
  EXPECT_EQ(schedule.AfterPart(5s), 2s);
  EXPECT_EQ(schedule.AfterPart(5s), 4s);
  EXPECT_EQ(schedule.AfterPart(5s), 5s);
  EXPECT_EQ(schedule.AfterFailure(), 10s) << "it was not all";
}

TEST_F(RefreshScheduleTest, AnAnswerEndsTheWaiting) {
  RefreshSchedule schedule = Make(0);
  schedule.AfterFailure();
  schedule.AfterFailure();
  schedule.AfterAnswer(30s);
  EXPECT_EQ(schedule.AfterFailure(), 2s);
}

}  // namespace
}  // namespace evenkeel::discovery
