// LoopTest: an event loop that a test turns until something has happened.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <utility>

#include "lib/net/event_loop.h"
#include "lib/net/timer.h"

namespace evenkeel::net {

class LoopTest : public ::testing::Test {
 protected:
  /// Turns the loop until `done`; a failure of the test if that takes more than kPatience. `done`
  /// is asked again at least every kTick, so it may ask about other threads and sockets.
  template <typename Done>
  void RunUntil(Done done) {
    const base::Time end = loop_.Now() + kPatience;
    bool ticked = true;
    Timer tick(loop_, [&] { ticked = true; });
    bool is_done = done();
    while (!is_done && loop_.Now() < end) {
      if (std::exchange(ticked, false)) tick.StartAfter(kTick);
      loop_.RunOnce();
      is_done = done();
    }
    EXPECT_TRUE(is_done) << "nothing came for too long";
  }
  /// Turns the loop for so long: for tests whose subject is time itself.
  void LetPass(base::Duration time) {
    bool over = false;
    Timer timer(loop_, [&] { over = true; });
    timer.StartAfter(time);
    RunUntil([&] { return over; });
  }
  /// Turns the loop until all that is ready now has been handled, on both ends of a socket.
  void Settle() {
    for (int i = 0; i < 5; ++i) {
      bool turned = false;
      loop_.Post([&] { turned = true; });
      while (!turned) loop_.RunOnce();
    }
  }

  EventLoop loop_;

 private:
  static constexpr auto kPatience = std::chrono::seconds(20);
  static constexpr auto kTick = std::chrono::milliseconds(1);
};

}  // namespace evenkeel::net
