#include "proxy/program/error_display.h"

#include <gtest/gtest.h>

#include <string>

namespace evenkeel::proxy {
namespace {

config::ConfigErrors ErrorAt(int line, int column) {
  return {{"a.yaml", {line, column}, "clusters.users", "it is wrong", ""}};
}

std::string Shown(int line, int column, const std::string& text,
                  ErrorStyle style = ErrorStyle::kSnippets) {
  return Display(ErrorAt(line, column), style,
                 [&text](const std::string&) { return std::optional(text); });
}

const std::string kTold = "a.yaml:2:3: clusters.users: it is wrong\n";

TEST(ErrorDisplayTest, ProgramsGetALine) {
  EXPECT_EQ(Shown(2, 3, "a\nb: c\n", ErrorStyle::kLines), kTold);
}

TEST(ErrorDisplayTest, PeopleSeeTheWordInItsLine) {
  EXPECT_EQ(Shown(2, 3, "a\n  users: {}\n"), kTold +
                                                 "    2 |   users: {}\n"
                                                 "      |   ^~~~~\n");
  EXPECT_EQ(Shown(2, 3, "a\nb \"c d\": e"), kTold +
                                                "    2 | b \"c d\": e\n"
                                                "      |   ^~~~~\n");
}

TEST(ErrorDisplayTest, AMarkAtTheEndOfALineIsShown) {
  EXPECT_EQ(Shown(2, 3, "a\nb:\n"), kTold + "    2 | b:\n      |   ^\n");
}

TEST(ErrorDisplayTest, ColumnsAreCharactersAndNothingMovesTheCursor) {
  EXPECT_EQ(Shown(2, 3, "a\n\xc3\xa9 \x1b[x"),
            "a.yaml:2:3: clusters.users: it is wrong\n"
            "    2 | \xc3\xa9  [x\n"
            "      |  ^\n");
}

TEST(ErrorDisplayTest, OfALongLineThePartIsShownThatMatters) {
  const std::string shown =
      Shown(2, 301, "a\n" + std::string(300, 'x') + " y" + std::string(300, 'z'));
  EXPECT_NE(shown.find("x y" + std::string(10, 'z')), std::string::npos);
  EXPECT_LT(shown.size(), 400u);
}

TEST(ErrorDisplayTest, ColoursFrameThePlaceAndTheMark) {
  const std::string shown = Shown(2, 1, "a\nb\n", ErrorStyle::kColoured);
  EXPECT_EQ(shown.find("\033[1ma.yaml:2:1:\033[0m "), 0u);
  EXPECT_NE(shown.find("\033[1;31m^\033[0m"), std::string::npos);
}

TEST(ErrorDisplayTest, WithoutATextThereIsTheLineAlone) {
  EXPECT_EQ(Shown(9, 3, "a\n"), "a.yaml:9:3: clusters.users: it is wrong\n");
  EXPECT_EQ(Display(ErrorAt(2, 3), ErrorStyle::kSnippets,
                    [](const std::string&) { return std::optional<std::string>(); }),
            kTold);
  EXPECT_FALSE(TextOfFile("/dev/zero"));
  EXPECT_FALSE(TextOfFile("/nowhere"));
}

}  // namespace
}  // namespace evenkeel::proxy
