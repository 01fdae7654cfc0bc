#include "balancer/load_bound.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cmath>

#include "tests/balancer/fleet.h"

namespace evenkeel::balancer {
namespace {

using namespace std::chrono_literals;

class LoadBoundTest : public testing::Test {
 protected:
  void Make(std::vector<EndpointPtr> endpoints, double factor) {
    endpoints_ = std::move(endpoints);
    bound_.emplace(endpoints_, factor);
  }
  void Fill(size_t number, size_t calls) {
    for (size_t i = 0; i < calls; ++i) calls_.emplace_back(endpoints_[number]);
  }
  bool HasRoom(size_t number) {
    return LoadBound::HasRoom(*endpoints_[number], bound_->LimitPerWeight(now_));
  }

  base::Time now_{1h};
  std::vector<EndpointPtr> endpoints_;
  std::optional<LoadBound> bound_;
  std::vector<InFlight> calls_;
};

TEST_F(LoadBoundTest, WithoutABoundNobodyIsEverFull) {
  Make(MakeEndpoints(2), 0);
  Fill(0, 1'000);
  EXPECT_EQ(bound_->LimitPerWeight(now_), HUGE_VAL);
  EXPECT_TRUE(HasRoom(0));
}

// The paper's capacity: c (m + 1) / n for m calls on n endpoints, rounded up.
TEST_F(LoadBoundTest, IsTheFactorTimesTheShareOfAllCallsWithTheNextOne) {
  Make(MakeEndpoints(4), 1.25);
  EXPECT_DOUBLE_EQ(bound_->LimitPerWeight(now_), 1.25 / 4);
  EXPECT_TRUE(HasRoom(0));  // the first call finds a place
  Fill(0, 5);
  Fill(1, 6);
  EXPECT_DOUBLE_EQ(bound_->LimitPerWeight(now_), 1.25 * 12 / 4);
  Fill(2, 4);
  EXPECT_DOUBLE_EQ(bound_->LimitPerWeight(now_), 1.25 * 16 / 4);
  EXPECT_FALSE(HasRoom(0));
  EXPECT_FALSE(HasRoom(1));
  EXPECT_TRUE(HasRoom(2));
}

TEST_F(LoadBoundTest, AWeightRaisesTheLimit) {
  Make(MakeWeighted({1, 3}), 1.5);
  Fill(0, 1);
  Fill(1, 2);
  EXPECT_DOUBLE_EQ(bound_->LimitPerWeight(now_), 1.5);
  EXPECT_TRUE(HasRoom(0));  // one of two: 1.5 is rounded up
  Fill(1, 2);
  EXPECT_DOUBLE_EQ(bound_->LimitPerWeight(now_), 2.25);
  EXPECT_TRUE(HasRoom(1));  // four of seven
}

TEST_F(LoadBoundTest, OnlyOfALargeSetIsTheSumUpToAMillisecondOld) {
  for (const size_t size : {64u, 65u}) {
    Make(MakeEndpoints(size), 2);
    const double empty = bound_->LimitPerWeight(now_);
    Fill(0, size);
    const double full = 2 * (static_cast<double>(size) + 1) / static_cast<double>(size);
    EXPECT_DOUBLE_EQ(bound_->LimitPerWeight(now_ + 999us), size == 64 ? full : empty);
    EXPECT_DOUBLE_EQ(bound_->LimitPerWeight(now_ + 1ms), full);
    calls_.clear();
  }
}

}  // namespace
}  // namespace evenkeel::balancer
