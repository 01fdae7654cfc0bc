#include "lib/authz/pattern.h"

#include <gtest/gtest.h>

namespace evenkeel::authz {
namespace {

TEST(PatternTest, ATextIsItself) {
  EXPECT_TRUE(Pattern("abc").Matches("abc"));
  for (const char* each : {"", "ab", "abcd", "xabc", "ABC", "abd"}) {
    EXPECT_FALSE(Pattern("abc").Matches(each)) << each;
  }
}

TEST(PatternTest, AStarAtTheEndIsWhatBeginsSo) {
  for (const char* each : {"abc", "abcd", "abc/*"}) EXPECT_TRUE(Pattern("abc*").Matches(each));
  for (const char* each : {"", "ab", "xabc", "aBcd"}) EXPECT_FALSE(Pattern("abc*").Matches(each));
}

TEST(PatternTest, AStarAtTheBeginningIsWhatEndsSo) {
  for (const char* each : {"abc", "xabc"}) EXPECT_TRUE(Pattern("*abc").Matches(each));
  for (const char* each : {"", "bc", "abcx", "xaBc"}) EXPECT_FALSE(Pattern("*abc").Matches(each));
}

TEST(PatternTest, AStarAloneIsWhatIsThere) {
  EXPECT_TRUE(Pattern("*").Matches("x"));
  EXPECT_FALSE(Pattern("*").Matches(""));
}

TEST(PatternTest, CaseIsIgnoredWhereAskedFor) {
  constexpr auto kIgnored = Pattern::Case::kIgnored;
  EXPECT_TRUE(Pattern("aBc", kIgnored).Matches("AbC"));
  EXPECT_TRUE(Pattern("aBc*", kIgnored).Matches("AbCd"));
  EXPECT_TRUE(Pattern("*aBc", kIgnored).Matches("xAbC"));
  EXPECT_FALSE(Pattern("aBc", kIgnored).Matches("AbX"));
}

}  // namespace
}  // namespace evenkeel::authz
