#include "lib/telemetry/waker.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <thread>

namespace evenkeel::telemetry {
namespace {

using Sleep = Waker::Sleep;

TEST(WakerTest, EndsASleepThatIsForEver) {
  Waker waker;
  waker.WillSleep(Sleep::kLong);
  std::thread other([&waker] { waker.Wake(); });
  waker.SleepOn({}, std::nullopt);
  other.join();
  EXPECT_EQ(waker.sleep(), Sleep::kAwake);
}

TEST(WakerTest, KeepsItFromASleepThatItIsAboutToBegin) {
  Waker waker;
  waker.WillSleep(Sleep::kShort);
  waker.Wake();
  waker.SleepOn({}, std::nullopt);  // would else not return
}

TEST(WakerTest, ToWakeWhoIsAwakeDoesNothing) {
  Waker waker;
  waker.Wake();
  waker.WillSleep(Sleep::kShort);
  waker.SleepOn({}, std::chrono::milliseconds(1));
  EXPECT_EQ(waker.sleep(), Sleep::kAwake);
}

TEST(WakerTest, WakesWhenADescriptorCanBeWrittenTo) {
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
  Waker waker;
  waker.WillSleep(Sleep::kLong);
  waker.SleepOn(std::vector<int>{ends[1]}, std::nullopt);
  close(ends[0]);
  close(ends[1]);
}

}  // namespace
}  // namespace evenkeel::telemetry
