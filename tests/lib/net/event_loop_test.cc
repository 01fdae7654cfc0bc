#include "lib/net/event_loop.h"

#include <gmock/gmock.h>

#include <thread>
#include <vector>

#include "tests/lib/net/loop_test.h"

namespace evenkeel::net {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class EventLoopTest : public LoopTest {
 protected:
  void Note(std::string what) { notes_.push_back(std::move(what)); }
  std::function<void()> Noting(std::string what) {
    return [this, what] { Note(what); };
  }

  std::vector<std::string> notes_;
};

// Notes when it is flushed; may do something more then.
class Flushed final : public Flushable {
 public:
  explicit Flushed(std::function<void()> on_flush) : on_flush_(std::move(on_flush)) {}
  void Flush() override { on_flush_(); }

 private:
  const std::function<void()> on_flush_;
};

// Notes when it dies.
class Mortal {
 public:
  explicit Mortal(std::function<void()> on_death) : on_death_(std::move(on_death)) {}
  ~Mortal() { on_death_(); }

 private:
  const std::function<void()> on_death_;
};

TEST_F(EventLoopTest, RunsPostedTasksInTheirOrder) {
  for (const char* each : {"a", "b", "c"}) loop_.Post(Noting(each));
  EXPECT_THAT(notes_, IsEmpty());
  loop_.RunOnce();
  EXPECT_THAT(notes_, ElementsAre("a", "b", "c"));
}

TEST_F(EventLoopTest, RunsWhatATaskPostsInALaterTurn) {
  loop_.Post([this] {
    loop_.Post(Noting("later"));
    Note("now");
  });
  loop_.RunOnce();
  EXPECT_THAT(notes_, ElementsAre("now"));
  loop_.RunOnce();
  EXPECT_THAT(notes_, ElementsAre("now", "later"));
}

TEST_F(EventLoopTest, TakesTasksOfManyThreadsEachInItsOrder) {
  constexpr int kThreads = 4;
  constexpr int kTasks = 2'000;
  std::vector<int> next(kThreads);
  int wrong = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kTasks; ++i) {
        loop_.Post([&next, &wrong, t, i] { wrong += next[static_cast<size_t>(t)]++ != i; });
      }
    });
  }
  RunUntil([&] { return next == std::vector<int>(kThreads, kTasks); });
  for (std::thread& each : threads) each.join();
  EXPECT_EQ(wrong, 0);
}

TEST_F(EventLoopTest, RunsUntilItIsStopped) {
  loop_.Post([this] {
    Note("stop");
    loop_.Stop();
    loop_.Post(Noting("never"));
  });
  loop_.Run();
  EXPECT_THAT(notes_, ElementsAre("stop"));
}

TEST_F(EventLoopTest, CanBeStoppedFromAnotherThread) {
  std::thread other([this] { loop_.Post([this] { loop_.Stop(); }); });
  loop_.Run();
  other.join();
}

TEST_F(EventLoopTest, DestroysTasksThatNeverRan) {
  auto alive = std::make_shared<int>(0);
  const std::weak_ptr<int> watch = alive;
  {
    EventLoop loop;
    loop.Post([alive = std::move(alive)] { FAIL(); });
  }
  EXPECT_TRUE(watch.expired());
}

TEST_F(EventLoopTest, FlushesOnceAtTheEndOfTheTurn) {
  Flushed flushed(Noting("flush"));
  loop_.Post([&] {
    loop_.ScheduleFlush(flushed);
    Note("first");
  });
  loop_.Post([&] {
    loop_.ScheduleFlush(flushed);
    Note("second");
  });
  loop_.RunOnce();
  EXPECT_THAT(notes_, ElementsAre("first", "second", "flush"));
  Settle();
  EXPECT_THAT(notes_, ElementsAre("first", "second", "flush"));
}

TEST_F(EventLoopTest, FlushesAgainWhenAskedAgain) {
  Flushed flushed(Noting("flush"));
  for (int i = 0; i < 2; ++i) {
    loop_.Post([&] { loop_.ScheduleFlush(flushed); });
    loop_.RunOnce();
  }
  EXPECT_THAT(notes_, ElementsAre("flush", "flush"));
}

TEST_F(EventLoopTest, FlushesWhatAFlushSchedulesInTheSameTurn) {
  Flushed second(Noting("second"));
  Flushed first([&] {
    Note("first");
    loop_.ScheduleFlush(second);
  });
  loop_.Post([&] { loop_.ScheduleFlush(first); });
  loop_.RunOnce();
  EXPECT_THAT(notes_, ElementsAre("first", "second"));
}

TEST_F(EventLoopTest, FlushesAFlushableThatSchedulesItself) {
  int left = 3;
  Flushed flushed([&] {
    Note("flush");
    if (--left > 0) loop_.ScheduleFlush(flushed);
  });
  loop_.Post([&] { loop_.ScheduleFlush(flushed); });
  loop_.RunOnce();
  EXPECT_THAT(notes_, ElementsAre("flush", "flush", "flush"));
}

TEST_F(EventLoopTest, TakesAFlushBack) {
  Flushed kept(Noting("kept"));
  loop_.Post([&] {
    Flushed gone(Noting("gone"));
    loop_.ScheduleFlush(gone);
    loop_.ScheduleFlush(kept);
    loop_.CancelFlush(gone);
    loop_.CancelFlush(gone);
  });
  loop_.RunOnce();
  EXPECT_THAT(notes_, ElementsAre("kept"));
}

TEST_F(EventLoopTest, TakesAFlushBackWhileFlushing) {
  Flushed second(Noting("second"));
  Flushed first([&] {
    Note("first");
    loop_.CancelFlush(second);
  });
  loop_.Post([&] {
    loop_.ScheduleFlush(first);
    loop_.ScheduleFlush(second);
  });
  loop_.RunOnce();
  EXPECT_THAT(notes_, ElementsAre("first"));
}

TEST_F(EventLoopTest, DestroysAfterHandlersAndFlushes) {
  Flushed flushed(Noting("flush"));
  loop_.Post([&] {
    loop_.DeleteLater(std::make_unique<Mortal>(Noting("death")));
    loop_.ScheduleFlush(flushed);
    Note("handler");
  });
  loop_.RunOnce();
  EXPECT_THAT(notes_, ElementsAre("handler", "flush", "death"));
}

TEST_F(EventLoopTest, DestroysInTheOrderOfTheHandingOver) {
  loop_.Post([&] {
    for (const char* each : {"a", "b", "c"}) {
      loop_.DeleteLater(std::make_unique<Mortal>(Noting(each)));
    }
  });
  loop_.RunOnce();
  EXPECT_THAT(notes_, ElementsAre("a", "b", "c"));
}

TEST_F(EventLoopTest, LetsTheDyingFlushAndKill) {
  Flushed flushed(Noting("last words"));
  loop_.Post([&] {
    loop_.DeleteLater(std::make_unique<Mortal>([&] {
      Note("first death");
      loop_.ScheduleFlush(flushed);
      for (int i = 0; i < 10; ++i) loop_.DeleteLater(std::make_unique<Mortal>([] {}));
      loop_.DeleteLater(std::make_unique<Mortal>(Noting("second death")));
    }));
  });
  loop_.RunOnce();
  EXPECT_THAT(notes_, ElementsAre("first death", "second death", "last words"));
}

TEST_F(EventLoopTest, DestroysWhatIsLeftWhenItDies) {
  {
    EventLoop loop;
    loop.DeleteLater(std::make_unique<Mortal>(Noting("death")));
  }
  EXPECT_THAT(notes_, ElementsAre("death"));
}

TEST_F(EventLoopTest, TellsOfATurnWhenAllItsWorkIsDone) {
  loop_.WatchTurns(Noting("turn"));
  loop_.Post([this] {
    Note("task");
    loop_.DeleteLater(std::make_unique<Mortal>(Noting("death")));
  });
  loop_.RunOnce();
  EXPECT_THAT(notes_, ElementsAre("task", "death", "turn"));
}

TEST_F(EventLoopTest, HeavyWorkComesAfterFlushesAndInSeveralTurns) {
  struct Heavy final : Deferrable {
    void RunDeferred() override { ++runs; }
    int runs = 0;
  };
  std::vector<Heavy> heavy(EventLoop::kDeferredPerTurn + 2);
  for (Heavy& each : heavy) loop_.Defer(each);
  loop_.Defer(heavy.front());  // no effect
  loop_.CancelDeferred(heavy.back());
  const auto done = [&heavy] {
    int count = 0;
    for (const Heavy& each : heavy) count += each.runs;
    return count;
  };
  loop_.Post([&] { EXPECT_EQ(done(), 0); });
  loop_.RunOnce();
  EXPECT_LE(done(), EventLoop::kDeferredPerTurn);
  EXPECT_GE(done(), 1);
  while (done() < EventLoop::kDeferredPerTurn + 1) loop_.RunOnce();  // waits for no event
  EXPECT_EQ(heavy.back().runs, 0);
}

TEST_F(EventLoopTest, StandsStillDuringATurnAndNeverGoesBack) {
  base::Time last = loop_.Now();
  for (int i = 0; i < 50; ++i) {
    loop_.Post([&] {
      const base::Time now = loop_.Now();
      EXPECT_GE(now, last);
      while (base::Time(std::chrono::steady_clock::now()) == now) {
      }
      EXPECT_EQ(loop_.Now(), now);
      last = now;
    });
    loop_.RunOnce();
  }
}

}  // namespace
}  // namespace evenkeel::net
