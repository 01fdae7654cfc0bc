#include "backend/server/load_meter.h"

#include <gtest/gtest.h>

namespace evenkeel::backend {
namespace {

using namespace std::chrono_literals;

class LoadMeterTest : public testing::Test {
 protected:
  // `rate` calls a second for a while, evenly.
  void Call(int rate, base::Duration duration) {
    const auto interval =
        std::chrono::round<base::Duration>(std::chrono::duration<double>(1.0 / rate));
    for (base::Duration spent{}; spent < duration; spent += interval) {
      meter_.CallStarted();
      clock_.Advance(interval);
    }
  }

  base::ManualClock clock_;
  LoadMeter meter_{clock_, 4};
};

TEST_F(LoadMeterTest, StartsAtZero) {
  EXPECT_EQ(meter_.Read().calls_per_second, 0);
  clock_.Advance(1s);
  EXPECT_EQ(meter_.Read().calls_per_second, 0);
  EXPECT_EQ(meter_.Read().utilization, 0);
}

TEST_F(LoadMeterTest, MeasuresTheRateSoonAfterTheStart) {
  Call(100, 500ms);
  EXPECT_NEAR(meter_.Read().calls_per_second, 100, 2);
}

TEST_F(LoadMeterTest, FollowsANewRateWithinItsMemory) {
  Call(100, 20s);
  Call(500, 10s);
  EXPECT_NEAR(meter_.Read().calls_per_second, 500, 10);
}

TEST_F(LoadMeterTest, ForgetsOldCalls) {
  Call(1000, 5s);
  clock_.Advance(10 * LoadMeter::kMemory);
  EXPECT_LT(meter_.Read().calls_per_second, 1);
}

TEST_F(LoadMeterTest, CountsErrorsApart) {
  for (int i = 0; i < 1000; ++i) {
    meter_.CallStarted();
    if (i % 4 == 0) meter_.CallFailed();
    clock_.Advance(10ms);
  }
  EXPECT_NEAR(meter_.Read().calls_per_second, 100, 2);
  EXPECT_NEAR(meter_.Read().errors_per_second, 25, 1);
}

TEST_F(LoadMeterTest, UtilizationIsTheMeanShareOfSlotsInUse) {
  for (int i = 0; i < 1000; ++i) {
    meter_.BusyChanged(4);
    clock_.Advance(2500us);
    meter_.BusyChanged(0);
    clock_.Advance(7500us);
  }
  EXPECT_NEAR(meter_.Read().utilization, 0.25, 0.01);
}

TEST_F(LoadMeterTest, SteadyUtilizationIsExactFromTheStart) {
  meter_.BusyChanged(3);
  clock_.Advance(5ms);
  EXPECT_NEAR(meter_.Read().utilization, 0.75, 1e-9);
}

TEST(LoadMeterWithoutSlotsTest, HasNoUtilization) {
  base::ManualClock clock;
  LoadMeter meter(clock, 0);
  meter.BusyChanged(10);
  clock.Advance(1s);
  EXPECT_EQ(meter.Read().utilization, 0);
}

}  // namespace
}  // namespace evenkeel::backend
