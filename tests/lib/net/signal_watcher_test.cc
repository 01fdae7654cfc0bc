#include "lib/net/signal_watcher.h"

#include <gmock/gmock.h>

#include <csignal>
#include <vector>

#include "tests/lib/net/loop_test.h"

namespace evenkeel::net {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class SignalWatcherTest : public LoopTest {
 protected:
  std::vector<int> seen_;
  SignalWatcher watcher_{
      loop_, {SIGUSR1, SIGUSR2}, [this](int signal) { seen_.push_back(signal); }};
};

TEST_F(SignalWatcherTest, TurnsASignalIntoAnEvent) {
  raise(SIGUSR1);
  EXPECT_THAT(seen_, IsEmpty());
  RunUntil([&] { return !seen_.empty(); });
  EXPECT_THAT(seen_, ElementsAre(SIGUSR1));
}

TEST_F(SignalWatcherTest, TellsSignalsApart) {
  raise(SIGUSR1);
  raise(SIGUSR2);
  RunUntil([&] { return seen_.size() == 2; });
  EXPECT_THAT(seen_, UnorderedElementsAre(SIGUSR1, SIGUSR2));
}

TEST_F(SignalWatcherTest, GoesOnWatching) {
  for (size_t i = 1; i <= 3; ++i) {
    raise(SIGUSR1);
    RunUntil([&] { return seen_.size() == i; });
  }
}

}  // namespace
}  // namespace evenkeel::net
