#include "lib/net/loop_thread.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

namespace evenkeel::net {
namespace {

TEST(LoopThreadTest, TurnsTheLoopOnAThreadOfItsOwnUntilDestroyed) {
  EventLoop loop;
  std::vector<std::string> events;  // of the thread; read when it has ended
  std::thread::id thread{};
  {
    const LoopThread on_thread(loop, {.on_start = [&] { events.push_back("start"); },
                                      .on_end = [&] { events.push_back("end"); }});
    loop.Post([&] {
      thread = std::this_thread::get_id();
      events.push_back("task");
    });
  }
  EXPECT_EQ(events, (std::vector<std::string>{"start", "task", "end"}));
  EXPECT_NE(thread, std::this_thread::get_id());
}

TEST(LoopThreadTest, NeedsNoEvents) {
  EventLoop loop;
  const LoopThread on_thread(loop, {});
}

}  // namespace
}  // namespace evenkeel::net
