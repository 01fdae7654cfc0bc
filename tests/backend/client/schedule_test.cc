#include "backend/client/schedule.h"

#include <gtest/gtest.h>

#include <vector>

namespace evenkeel::backend {
namespace {

using namespace std::chrono_literals;

constexpr base::Time kStart{1h};

std::vector<base::Duration> All(Schedule schedule) {
  std::vector<base::Duration> due;
  while (const auto time = schedule.Next()) due.push_back(*time - kStart);
  return due;
}

TEST(ScheduleTest, SpacesCallsEvenlyFromTheStart) {
  EXPECT_EQ(All(Schedule(4, kStart, 1s, 0)),
            (std::vector<base::Duration>{0ms, 250ms, 500ms, 750ms}));
}

TEST(ScheduleTest, DoesNotDriftWhenTheIntervalIsNotWhole) {
  const auto due = All(Schedule(3, kStart, 1h, 0));
  ASSERT_EQ(due.size(), 3u * 3600);
  for (size_t second = 0; second < 3600; ++second) {
    EXPECT_EQ(due[3 * second], std::chrono::seconds(second));
  }
}

TEST(ScheduleTest, EndsAfterTheWantedCalls) {
  EXPECT_EQ(All(Schedule(1000, kStart, 1h, 7)).size(), 7u);
}

TEST(ScheduleTest, ASlowRateStartsWithACallAtOnce) {
  EXPECT_EQ(All(Schedule(0.1, kStart, 25s, 0)), (std::vector<base::Duration>{0s, 10s, 20s}));
}

TEST(ScheduleTest, AtHighRatesNoCallIsLost) {
  EXPECT_EQ(All(Schedule(1e6, kStart, 1s, 0)).size(), 1'000'000u);
}

}  // namespace
}  // namespace evenkeel::backend
