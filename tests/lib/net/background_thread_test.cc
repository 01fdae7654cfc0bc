#include "lib/net/background_thread.h"

#include <gmock/gmock.h>

#include <future>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "tests/lib/net/loop_test.h"

namespace evenkeel::net {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class BackgroundThreadTest : public LoopTest {
 protected:
  /// Work that answers with a note.
  BackgroundThread::Work Noting(const std::string& note) {
    return [this, note] { return [this, note] { notes_.push_back(note); }; };
  }

  std::vector<std::string> notes_;
  std::optional<BackgroundThread> background_{loop_};
};

TEST_F(BackgroundThreadTest, AnswersInTheOrderOfItsWork) {
  for (const char* each : {"a", "b", "c"}) background_->Run(Noting(each));
  RunUntil([&] { return notes_.size() == 3; });
  EXPECT_THAT(notes_, ElementsAre("a", "b", "c"));
}

TEST_F(BackgroundThreadTest, WorksElsewhereAndAnswersHere) {
  std::thread::id worked;
  std::thread::id answered;
  background_->Run([&] {
    worked = std::this_thread::get_id();
    return [&] { answered = std::this_thread::get_id(); };
  });
  RunUntil([&] { return answered != std::thread::id(); });
  EXPECT_NE(worked, std::this_thread::get_id());
  EXPECT_EQ(answered, std::this_thread::get_id());
}

TEST_F(BackgroundThreadTest, TheLoopTurnsMeanwhile) {
  std::promise<void> turned;
  background_->Run([&turned] {
    turned.get_future().wait();
    return nullptr;
  });
  loop_.Post([&turned] { turned.set_value(); });
  background_->Run(Noting("next"));
  RunUntil([&] { return !notes_.empty(); });
}

TEST_F(BackgroundThreadTest, ItsDeathWaitsForTheWorkAndTakesTheAnswersBack) {
  std::promise<void> begun;
  bool ended = false;
  background_->Run([&begun, &ended, answer = Noting("a")] {
    begun.set_value();
    std::this_thread::yield();
    ended = true;
    return answer();
  });
  begun.get_future().wait();
  background_.reset();
  EXPECT_TRUE(ended);
  Settle();
  EXPECT_THAT(notes_, IsEmpty());
}

}  // namespace
}  // namespace evenkeel::net
