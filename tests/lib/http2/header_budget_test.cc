#include "lib/http2/header_budget.h"

#include <gtest/gtest.h>

namespace evenkeel::http2 {
namespace {

constexpr size_t kMost = 64 * 1024;

TEST(HeaderBudgetTest, TheTableOnceAndSixteenTimesTheBlockAreFree) {
  HeaderBudget budget;
  for (int list = 0; list < 10'000; ++list) ASSERT_EQ(budget.Take(100, 4'096 + 1'600), 0u);
  EXPECT_EQ(budget.LimitFor(100, kMost), kMost);
}

TEST(HeaderBudgetTest, WhatIsMoreIsTakenFromOneBudget) {
  HeaderBudget budget;
  size_t held = 0;
  for (int list = 0; list < 100; ++list) {
    const size_t limit = budget.LimitFor(180, kMost);
    budget.Take(180, limit);
    held += limit;
  }
  EXPECT_LT(held, 1'000'000u);  // at most ten kilobytes each on the average
  EXPECT_EQ(budget.LimitFor(180, kMost), 4'096u + 16 * 180);
}

TEST(HeaderBudgetTest, TakesBackWhatAListHeld) {
  HeaderBudget budget;
  uint32_t cost = 0;
  for (int list = 0; list < 3; ++list) cost += budget.Take(10, budget.LimitFor(10, kMost));
  EXPECT_LT(budget.LimitFor(10, kMost), kMost);
  budget.GiveBack(cost);
  EXPECT_EQ(budget.LimitFor(10, kMost), kMost);
}

TEST(HeaderBudgetTest, AListThatWasMadeLargerAfterwardsDoesNotOverflowIt) {
  HeaderBudget budget;
  budget.Take(0, 4'096 + 128 * 1024 + 6);
  EXPECT_EQ(budget.LimitFor(0, kMost), 4'096u);
}

}  // namespace
}  // namespace evenkeel::http2
