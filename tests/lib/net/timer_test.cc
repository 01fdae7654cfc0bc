#include "lib/net/timer.h"

#include <gmock/gmock.h>

#include <list>
#include <vector>

#include "lib/base/random.h"
#include "tests/lib/net/loop_test.h"

namespace evenkeel::net {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;

base::Time RealNow() { return base::Time(std::chrono::steady_clock::now()); }

class TimerTest : public LoopTest {};

TEST_F(TimerTest, FiresOnceAndNotBeforeItsTime) {
  int fired = 0;
  Timer timer(loop_, [&] { ++fired; });
  const base::Time due = RealNow() + milliseconds(20);
  timer.StartAt(due);
  EXPECT_TRUE(timer.running());
  RunUntil([&] { return fired > 0; });
  EXPECT_GE(RealNow(), due);
  EXPECT_FALSE(timer.running());
  Settle();
  EXPECT_EQ(fired, 1);
}

// libevent's coarse clock lags by milliseconds: that must not make any of many timers early.
TEST_F(TimerTest, NoneOfManyFiresEarly) {
  base::Random random(1);
  std::list<Timer> timers;
  int fired = 0;
  constexpr int kTimers = 500;
  for (int i = 0; i < kTimers; ++i) {
    const base::Time due =
        RealNow() + std::chrono::microseconds(static_cast<int64_t>(random.Below(60'000)));
    timers.emplace_back(loop_, [&fired, due] {
      EXPECT_GE(RealNow(), due);
      ++fired;
    });
    timers.back().StartAt(due);
  }
  RunUntil([&] { return fired == kTimers; });
}

TEST_F(TimerTest, FiresInTheNextTurnWhenItsTimeIsPast) {
  int fired = 0;
  Timer timer(loop_, [&] { ++fired; });
  timer.StartAt(base::Time{});
  EXPECT_EQ(fired, 0);
  loop_.RunOnce();
  EXPECT_EQ(fired, 1);
}

TEST_F(TimerTest, DoesNotFireOnceStopped) {
  Timer timer(loop_, [] { FAIL(); });
  timer.StartAfter({});
  timer.Stop();
  EXPECT_FALSE(timer.running());
  Settle();
}

TEST_F(TimerTest, DoesNotFireOnceDestroyed) {
  {
    Timer timer(loop_, [] { FAIL(); });
    timer.StartAfter({});
  }
  Settle();
}

TEST_F(TimerTest, KeepsToItsLastStart) {
  int fired = 0;
  Timer timer(loop_, [&] { ++fired; });
  timer.StartAfter({});
  const base::Time due = RealNow() + milliseconds(20);
  timer.StartAt(due);
  RunUntil([&] { return fired > 0; });
  EXPECT_GE(RealNow(), due);
  EXPECT_EQ(fired, 1);
}

TEST_F(TimerTest, MayStartItselfAgain) {
  int fired = 0;
  Timer* self = nullptr;
  Timer timer(loop_, [&] {
    if (++fired < 3) self->StartAfter({});
  });
  self = &timer;
  timer.StartAfter({});
  RunUntil([&] { return fired == 3; });
}

TEST_F(TimerTest, FiresInTheOrderOfTheTimes) {
  std::vector<int> order;
  Timer late(loop_, [&] { order.push_back(2); });
  Timer early(loop_, [&] { order.push_back(1); });
  late.StartAfter(milliseconds(40));
  early.StartAfter(milliseconds(5));
  RunUntil([&] { return order.size() == 2; });
  EXPECT_THAT(order, ElementsAre(1, 2));
}

TEST_F(TimerTest, WaitsForTheEndOfTimeWithoutOverflow) {
  Timer timer(loop_, [] { FAIL(); });
  timer.StartAt(base::Time::max());
  Settle();
  EXPECT_TRUE(timer.running());
}

}  // namespace
}  // namespace evenkeel::net
