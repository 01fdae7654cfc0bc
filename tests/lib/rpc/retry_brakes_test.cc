// The order of the brakes, and that nothing is kept of what a later one refuses.
#include "lib/rpc/retry_brakes.h"

#include <gtest/gtest.h>

namespace evenkeel::rpc {
namespace {

class RetryBrakesTest : public ::testing::Test {
 protected:
  RetryBrakes Call() { return RetryBrakes({&throttle_, &budget_, &at_once_}); }
  void UseUpTokens() {
    for (int i = 0; i < 10; ++i) Call().Failed();
  }

  RetryThrottle throttle_{10, 1};
  RetryBudget budget_{20, 2};
  base::Limit at_once_{1};
};

TEST_F(RetryBrakesTest, WithoutAnyEveryAttemptMayBeHad) {
  RetryBrakes none;
  none.CallStarted();
  none.Failed();
  none.Succeeded();
  EXPECT_EQ(none.Take(), std::nullopt);
}

TEST_F(RetryBrakesTest, TokensComeFirstAndCostNothing) {
  UseUpTokens();
  RetryBrakes call = Call();
  EXPECT_EQ(call.Take(), NoRetry::kTokens);
  EXPECT_EQ(budget_.left(), 2);
  EXPECT_EQ(at_once_.used(), 0u);
}

TEST_F(RetryBrakesTest, TheBudgetComesBeforeThePlace) {
  while (budget_.Take()) {
  }
  const base::Permit taken(at_once_);
  EXPECT_EQ(Call().Take(), NoRetry::kBudget);
}

TEST_F(RetryBrakesTest, AnAttemptTakesOneOfTheBudgetForGood) {
  { EXPECT_EQ(Call().Take(), std::nullopt); }
  EXPECT_EQ(budget_.left(), 1);
}

TEST_F(RetryBrakesTest, TheBudgetGetsBackWhatNoPlaceWasFoundFor) {
  const base::Permit taken(at_once_);
  RetryBrakes call = Call();
  EXPECT_EQ(call.Take(), NoRetry::kLimit);
  EXPECT_EQ(call.Take(), NoRetry::kLimit);
  EXPECT_EQ(budget_.left(), 2);
}

TEST_F(RetryBrakesTest, TheAttemptsOfACallShareItsPlace) {
  RetryBrakes call = Call();
  EXPECT_EQ(call.Take(), std::nullopt);
  EXPECT_EQ(call.Take(), std::nullopt);
  EXPECT_EQ(at_once_.used(), 1u);
}

TEST_F(RetryBrakesTest, ACallKeepsItsPlaceToItsEnd) {
  {
    RetryBrakes call = Call();
    EXPECT_EQ(call.Take(), std::nullopt);
    EXPECT_EQ(Call().Take(), NoRetry::kLimit);
  }
  EXPECT_EQ(Call().Take(), std::nullopt);
}

TEST_F(RetryBrakesTest, ACallThatMayBeTriedAgainMakesTheBudgetGrow) {
  while (budget_.Take()) {
  }
  for (int i = 0; i < 5; ++i) Call().CallStarted();
  EXPECT_EQ(budget_.left(), 1);
}

TEST_F(RetryBrakesTest, SuccessesWinTokensBack) {
  UseUpTokens();
  for (int i = 0; i < 6; ++i) Call().Succeeded();
  EXPECT_EQ(Call().Take(), std::nullopt);
}

}  // namespace
}  // namespace evenkeel::rpc
