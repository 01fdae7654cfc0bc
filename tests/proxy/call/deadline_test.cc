#include "proxy/call/deadline.h"

#include <gtest/gtest.h>

namespace evenkeel::proxy {
namespace {

using namespace std::chrono_literals;

constexpr base::Time kStarted{1h};

TEST(DeadlineTest, WithoutADeadlineNothingEndsForIt) {
  EXPECT_FALSE(IsNearDeadline(std::nullopt, kStarted, kStarted + 1000h));
}

TEST(DeadlineTest, OnceItHasPassedItIsTheDeadline) {
  EXPECT_TRUE(IsNearDeadline(kStarted + 1s, kStarted, kStarted + 1s));
  EXPECT_TRUE(IsNearDeadline(kStarted + 1s, kStarted, kStarted + 1h));
}

TEST(DeadlineTest, FiveMillisecondsAndATwentiethBeforeItAreNear) {
  EXPECT_TRUE(IsNearDeadline(kStarted + 1s, kStarted, kStarted + 945ms));
  EXPECT_FALSE(IsNearDeadline(kStarted + 1s, kStarted, kStarted + 944ms));
}

}  // namespace
}  // namespace evenkeel::proxy
