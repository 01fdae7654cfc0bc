#include "lib/yaml/problem_places.h"

#include <gtest/gtest.h>

#include "lib/yaml/yaml_parser.h"

namespace evenkeel::config {
namespace {

constexpr char kFile[] = "a:\n  b: [x, {c: y}]\n  d: z\n";

class ProblemPlacesTest : public ::testing::Test {
 protected:
  ProblemPlacesTest() { root_ = ParseYaml(kFile, errors_); }

  // The lines of the errors after `problem` was added.
  std::string Lines(const Problem& problem) {
    warnings_ = AddProblems(*root_, {problem}, errors_);
    return Format(ErrorList(errors_).Take());
  }

  ErrorList errors_{"f"};
  YamlNodePtr root_;
  ConfigErrors warnings_;
};

const KeyPath kList = KeyPath() / "a" / "b";

TEST_F(ProblemPlacesTest, AreThoseOfTheValueOrTheKey) {
  EXPECT_EQ(Lines({kList[1] / "c", "r", "h"}), "f:2:14: a.b[1].c: r; h\n");
  EXPECT_EQ(Lines({.path = KeyPath() / "a" / "d", .reason = "r", .spot = Problem::Spot::kKey}),
            "f:2:14: a.b[1].c: r; h\nf:3:3: a.d: r\n");
}

TEST_F(ProblemPlacesTest, OfWhatTheFileLacksIsWhereItWouldStand) {
  EXPECT_EQ(Lines({KeyPath() / "a" / "e", "r", ""}), "f:2:3: a.e: r\n");
}

TEST_F(ProblemPlacesTest, OfAShortFormIsTheWholeOfIt) {
  EXPECT_EQ(Lines({kList[0] / "address", "r", ""}), "f:2:7: a.b[0]: r\n");
}

TEST_F(ProblemPlacesTest, OfAValueShowItAsTheFileHasIt) {
  Problem problem{.path = kList[1] / "c", .reason = "\"60s\" is too long", .value = "60s"};
  EXPECT_EQ(Lines(problem), "f:2:14: a.b[1].c: \"y\" is too long\n");
}

TEST_F(ProblemPlacesTest, OfAValueThatTheFileLacksShowIt) {
  Problem problem{.path = KeyPath() / "a" / "e", .reason = "\"60s\" is too long", .value = "60s"};
  EXPECT_EQ(Lines(problem), "f:2:3: a.e: \"60s\" is too long\n");
}

TEST_F(ProblemPlacesTest, OfTheOtherPlaceIsNamedByItsLine) {
  EXPECT_EQ(Lines({.path = KeyPath() / "a" / "d",
                   .reason = "as a.b[0].address too",
                   .other = kList[0] / "address"}),
            "f:3:6: a.d: as a.b[0] in line 2 too\n");
}

TEST_F(ProblemPlacesTest, DoNotRepeatWhatIsAlreadyWrongThere) {
  errors_.Add({2, 7}, "a.b[0]", {"unreadable", ""});
  EXPECT_EQ(Lines({kList[0] / "address", "r", ""}), "f:2:7: a.b[0]: unreadable\n");
  EXPECT_EQ(Lines({KeyPath() / "a", "r", ""}), "f:2:7: a.b[0]: unreadable\n");
}

TEST_F(ProblemPlacesTest, OfWarningsKeepNothingFromWorking) {
  EXPECT_EQ(Lines({.path = kList, .reason = "r", .kind = Problem::Kind::kWarning}), "");
  ASSERT_EQ(warnings_.size(), 1U);
  EXPECT_EQ(FormatWarning(warnings_[0]), "f:2:6: warning: a.b: r");
}

}  // namespace
}  // namespace evenkeel::config
