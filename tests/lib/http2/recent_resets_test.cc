#include "lib/http2/recent_resets.h"

#include <gtest/gtest.h>

namespace evenkeel::http2 {
namespace {

using namespace std::chrono_literals;

constexpr base::Time kStart{1h};

TEST(RecentResetsTest, HoldsAStreamForASecond) {
  RecentResets resets;
  EXPECT_FALSE(resets.MayHold(1, kStart));
  resets.Add(1, kStart);
  EXPECT_TRUE(resets.MayHold(1, kStart + 999ms));
  EXPECT_FALSE(resets.MayHold(3, kStart));
  EXPECT_FALSE(resets.MayHold(1, kStart + 1s));
}

TEST(RecentResetsTest, TakesAnyForOneOfThemWhereThereWereTooMany) {
  RecentResets resets;
  for (StreamId id = 1; id < 100; id += 2) resets.Add(id, kStart);
  EXPECT_TRUE(resets.MayHold(1, kStart + 999ms));
  EXPECT_FALSE(resets.MayHold(1, kStart + 1s));
}

}  // namespace
}  // namespace evenkeel::http2
