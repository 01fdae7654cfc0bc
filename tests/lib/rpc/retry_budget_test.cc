#include "lib/rpc/retry_budget.h"

#include <gtest/gtest.h>

namespace evenkeel::rpc {
namespace {

int TakeAll(RetryBudget& budget) {
  int count = 0;
  while (budget.Take()) ++count;
  return count;
}

TEST(RetryBudgetTest, HasItsReserveAtTheStart) {
  RetryBudget budget(20, 10);
  EXPECT_EQ(budget.left(), 10);
  EXPECT_EQ(TakeAll(budget), 10);
}

TEST(RetryBudgetTest, EarnsAShareOfTheCalls) {
  RetryBudget budget(20, 10);
  TakeAll(budget);
  for (int call = 0; call < 4; ++call) budget.CallStarted();
  EXPECT_FALSE(budget.Take());
  budget.CallStarted();
  EXPECT_TRUE(budget.Take());
  EXPECT_FALSE(budget.Take());
}

TEST(RetryBudgetTest, SavesNoMoreThanItsReserve) {
  RetryBudget budget(100, 3);
  for (int call = 0; call < 1'000; ++call) budget.CallStarted();
  EXPECT_EQ(TakeAll(budget), 3);
}

TEST(RetryBudgetTest, ARefusalCostsNothing) {
  RetryBudget budget(100, 1);
  TakeAll(budget);
  for (int i = 0; i < 10; ++i) EXPECT_FALSE(budget.Take());
  budget.CallStarted();
  EXPECT_TRUE(budget.Take());
}

TEST(RetryBudgetTest, OfNothingAllowsNothing) {
  RetryBudget budget(0, 0);
  for (int call = 0; call < 1'000; ++call) budget.CallStarted();
  EXPECT_FALSE(budget.Take());
}

}  // namespace
}  // namespace evenkeel::rpc
