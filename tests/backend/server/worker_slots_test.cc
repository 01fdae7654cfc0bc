#include "backend/server/worker_slots.h"

#include <gtest/gtest.h>

#include <deque>
#include <optional>
#include <string>

namespace evenkeel::backend {
namespace {

// Calls named by letters enter, leave and get their slots; `order_` is who worked, in order.
class WorkerSlotsTest : public testing::Test {
 protected:
  struct Caller final : WorkerSlots::Waiter {
    Caller(char name, std::string& order) : name_(name), order_(order) {}
    void OnSlot() override { order_ += name_; }
    const char name_;
    std::string& order_;
    WorkerSlots::Place place_;
  };

  void Limit(uint32_t limit) {
    slots_.emplace(limit, [this](size_t busy) { reported_busy_ = busy; });
  }

  Caller& Enter(char name) {
    Caller& caller = callers_.emplace_back(name, order_);
    caller.place_ = slots_->Enter(caller);
    if (caller.place_.working()) order_ += name;
    return caller;
  }

  size_t reported_busy_ = 0;
  std::string order_;
  std::optional<WorkerSlots> slots_;  // outlives the callers' places
  std::deque<Caller> callers_;
};

TEST_F(WorkerSlotsTest, WithoutALimitEveryoneWorks) {
  Limit(0);
  for (const char name : {'a', 'b', 'c'}) Enter(name);
  EXPECT_EQ(order_, "abc");
  EXPECT_EQ(slots_->busy(), 3u);
  EXPECT_EQ(slots_->queued(), 0u);
}

TEST_F(WorkerSlotsTest, BeyondTheLimitCallsWaitInTheOrderTheyCame) {
  Limit(2);
  Caller& a = Enter('a');
  Caller& b = Enter('b');
  Enter('c');
  Enter('d');
  EXPECT_EQ(order_, "ab");
  EXPECT_EQ(slots_->queued(), 2u);
  b.place_.Leave();
  a.place_.Leave();
  EXPECT_EQ(order_, "abcd");
  EXPECT_EQ(slots_->busy(), 2u);
}

TEST_F(WorkerSlotsTest, WhoLeavesTheQueueNeverGetsASlot) {
  Limit(1);
  Caller& a = Enter('a');
  Caller& b = Enter('b');
  Enter('c');
  b.place_.Leave();
  a.place_.Leave();
  EXPECT_EQ(order_, "ac");
}

TEST_F(WorkerSlotsTest, LeavingTwiceFreesOneSlot) {
  Limit(1);
  Caller& a = Enter('a');
  a.place_.Leave();
  a.place_.Leave();
  EXPECT_EQ(slots_->busy(), 0u);
  EXPECT_FALSE(a.place_.working());
}

TEST_F(WorkerSlotsTest, ADestroyedPlaceIsFree) {
  Limit(1);
  Caller& a = Enter('a');
  Enter('b');
  a.place_ = WorkerSlots::Place();
  EXPECT_EQ(order_, "ab");
}

TEST_F(WorkerSlotsTest, AMovedPlaceKeepsItsSlot) {
  Limit(1);
  Caller& a = Enter('a');
  const WorkerSlots::Place moved = std::move(a.place_);
  EXPECT_TRUE(moved.working());
  EXPECT_EQ(slots_->busy(), 1u);
}

TEST_F(WorkerSlotsTest, ReportsHowManyAreInUse) {
  Limit(2);
  Caller& a = Enter('a');
  EXPECT_EQ(reported_busy_, 1u);
  Enter('b');
  Enter('c');
  EXPECT_EQ(reported_busy_, 2u);
  a.place_.Leave();
  EXPECT_EQ(reported_busy_, 2u);
  callers_.clear();
  EXPECT_EQ(reported_busy_, 0u);
}

}  // namespace
}  // namespace evenkeel::backend
