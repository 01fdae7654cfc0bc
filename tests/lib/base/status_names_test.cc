#include "lib/base/status_names.h"

#include <gtest/gtest.h>

namespace evenkeel::base {
namespace {

TEST(StatusNamesTest, EachStandsAtItsNumber) {
  EXPECT_EQ(kStatusNames[0], "OK");
  EXPECT_EQ(kStatusNames[8], "RESOURCE_EXHAUSTED");
  EXPECT_EQ(kStatusNames[16], "UNAUTHENTICATED");
}

TEST(StatusNamesTest, OkIsNoError) {
  EXPECT_FALSE(IsErrorStatusName("OK"));
  EXPECT_TRUE(IsErrorStatusName("CANCELLED"));
  EXPECT_TRUE(IsErrorStatusName("UNAUTHENTICATED"));
}

TEST(StatusNamesTest, ANameHasOneSpelling) {
  EXPECT_FALSE(IsErrorStatusName("unavailable"));
  EXPECT_FALSE(IsErrorStatusName("UNAVAILABLE "));
  EXPECT_FALSE(IsErrorStatusName(""));
}

}  // namespace
}  // namespace evenkeel::base
