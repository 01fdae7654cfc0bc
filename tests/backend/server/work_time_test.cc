#include "backend/server/work_time.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace evenkeel::backend {
namespace {

using namespace std::chrono_literals;

TEST(WorkTimeTest, IsConstantWithoutJitter) {
  WorkTime time(5ms, 0ms, 1);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(time.Draw(), 5ms);
}

TEST(WorkTimeTest, JitterGoesBothWaysAndNoFurther) {
  WorkTime time(5ms, 2ms, 1);
  std::vector<base::Duration> drawn(10'000);
  std::ranges::generate(drawn, [&time] { return time.Draw(); });
  const auto [shortest, longest] = std::ranges::minmax(drawn);
  EXPECT_GE(shortest, 3ms);
  EXPECT_LT(shortest, 3010us);
  EXPECT_LE(longest, 7ms);
  EXPECT_GT(longest, 6990us);
}

TEST(WorkTimeTest, TheSameSeedMeansTheSameTimes) {
  WorkTime a(5ms, 5ms, 7);
  WorkTime b(5ms, 5ms, 7);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(a.Draw(), b.Draw());
}

TEST(FaultInjectorTest, FailsTheWantedShare) {
  FaultInjector faults(0.2, 3);
  int failed = 0;
  for (int i = 0; i < 100'000; ++i) failed += faults.Draw() ? 1 : 0;
  EXPECT_NEAR(failed, 20'000, 500);
}

TEST(FaultInjectorTest, AtTheEndsFailsNoneOrAll) {
  FaultInjector none(0, 1);
  FaultInjector all(1, 1);
  for (int i = 0; i < 1000; ++i) {
    EXPECT_FALSE(none.Draw());
    EXPECT_TRUE(all.Draw());
  }
}

}  // namespace
}  // namespace evenkeel::backend
