#include "lib/base/limit.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <thread>
#include <vector>

namespace evenkeel::base {
namespace {

TEST(LimitTest, GivesAsManyPlacesAsThereAre) {
  Limit limit(2);
  const Permit one(limit);
  const Permit two(limit);
  EXPECT_TRUE(one && two);
  EXPECT_FALSE(Permit(limit));
  EXPECT_EQ(limit.used(), 2u);
  EXPECT_EQ(limit.refused(), 1u);
}

TEST(LimitTest, APlaceReturnsWithItsPermit) {
  Limit limit(1);
  { const Permit permit(limit); }
  Permit permit(limit);
  EXPECT_TRUE(permit);
  permit.Release();
  permit.Release();
  EXPECT_EQ(limit.used(), 0u);
}

TEST(LimitTest, AMovedPermitIsOnePlace) {
  Limit limit(3);
  Permit first(limit);
  Permit second(std::move(first));
  EXPECT_FALSE(first);
  EXPECT_EQ(limit.used(), 1u);
  second = Permit(limit);
  EXPECT_EQ(limit.used(), 1u);
}

TEST(LimitTest, ZeroIsNoLimit) {
  Limit limit(0);
  std::vector<Permit> permits;
  for (int i = 0; i < 1000; ++i) permits.emplace_back(limit);
  EXPECT_TRUE(std::ranges::all_of(permits, [](const Permit& each) { return bool(each); }));
  EXPECT_EQ(limit.used(), 1000u);
}

TEST(LimitTest, ALowerMaximumTakesNobodysPlace) {
  Limit limit(2);
  Permit one(limit), two(limit);
  limit.set_max(1);
  EXPECT_EQ(limit.used(), 2u);
  one.Release();
  EXPECT_FALSE(Permit(limit));
  two.Release();
  EXPECT_TRUE(Permit(limit));
}

TEST(LimitTest, WhatCannotBeRefusedIsCountedBeyondTheMaximum) {
  Limit limit(1);
  const Permit one(limit);
  {
    const Permit beyond = Permit::Beyond(limit);
    EXPECT_TRUE(beyond);
    EXPECT_EQ(limit.used(), 2u);
    EXPECT_TRUE(limit.full());
  }
  EXPECT_EQ(limit.used(), 1u);
}

TEST(LimitTest, ThreadsNeverHoldMoreThanThereAre) {
  Limit limit(2);
  std::atomic<int> held{0}, most{0};
  const auto work = [&] {
    for (int i = 0; i < 20000; ++i) {
      const Permit permit(limit);
      if (!permit) continue;
      most = std::max(most.load(), ++held);
      --held;
    }
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) threads.emplace_back(work);
  for (std::thread& each : threads) each.join();
  EXPECT_LE(most, 2);
  EXPECT_EQ(limit.used(), 0u);
}

}  // namespace
}  // namespace evenkeel::base
