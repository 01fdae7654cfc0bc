#include "lib/yaml/config_error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace evenkeel::config {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

std::vector<std::string> Reasons(const ConfigErrors& errors) {
  std::vector<std::string> reasons;
  for (const ConfigError& error : errors) reasons.push_back(error.reason);
  return reasons;
}

TEST(ConfigErrorTest, IsOneLineThatEditorsUnderstand) {
  EXPECT_EQ(Format(ConfigError{"a.yaml", {3, 7}, "clusters.a", "is missing", "add it"}),
            "a.yaml:3:7: clusters.a: is missing; add it");
}

TEST(ConfigErrorTest, LeavesOutWhatIsEmpty) {
  EXPECT_EQ(Format(ConfigError{"a.yaml", {1, 1}, "", "is broken", ""}), "a.yaml:1:1: is broken");
}

TEST(ConfigErrorTest, EscapesControlCharactersOfTheFile) {
  EXPECT_EQ(Format(ConfigError{"a\n.yaml", {1, 1}, "\x1b[2J", "bad\r", "\x7f"}),
            "a\\x0a.yaml:1:1: \\x1b[2J: bad\\x0d; \\x7f");
}

TEST(ConfigErrorTest, AListHasALineForEach) {
  EXPECT_EQ(Format(ConfigErrors{{"a", {1, 2}, "", "x", ""}, {"a", {2, 3}, "", "y", ""}}),
            "a:1:2: x\na:2:3: y\n");
}

TEST(QuotedTest, CutsLongTextBetweenCharacters) {
  EXPECT_EQ(Quoted("abc"), "\"abc\"");
  EXPECT_EQ(Quoted(std::string(61, 'a')), "\"" + std::string(60, 'a') + "…\"");
  EXPECT_EQ(Quoted(std::string(59, 'a') + "éé"), "\"" + std::string(59, 'a') + "…\"");
}

TEST(ErrorListTest, SortsByPositionAndKeepsTheOrderWithinOne) {
  ErrorList errors("a.yaml");
  errors.Add({2, 1}, "", {"third", ""});
  errors.Add({1, 9}, "", {"first", ""});
  errors.Add({1, 10}, "", {"second", ""});
  errors.Add({2, 1}, "", {"fourth", ""});
  EXPECT_THAT(Reasons(std::move(errors).Take()), ElementsAre("first", "second", "third", "fourth"));
}

TEST(ErrorListTest, SaysThatItEndsBeforeTheErrorsDo) {
  ErrorList errors("a.yaml");
  for (int i = 0; i < 2000; ++i) errors.Add({i + 1, 1}, "", {"wrong", ""});
  const ConfigErrors all = std::move(errors).Take();
  EXPECT_THAT(all, SizeIs(ErrorList::kMaxErrors + 1));
  EXPECT_EQ(all.back().reason, "more errors follow");
}

}  // namespace
}  // namespace evenkeel::config
