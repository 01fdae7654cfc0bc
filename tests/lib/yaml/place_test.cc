#include "lib/yaml/place.h"

#include <gtest/gtest.h>

#include "lib/yaml/yaml_parser.h"

namespace evenkeel::config {
namespace {

class PlaceTest : public ::testing::Test {
 protected:
  Place Root(std::string_view text) {
    root_ = ParseYaml(text, errors_);
    return Place(*root_, "", errors_);
  }
  std::string Errors() { return Format(ErrorList(errors_).Take()); }

  ErrorList errors_{"f"};
  YamlNodePtr root_;
};

TEST_F(PlaceTest, NamesTheWayFromTheRoot) {
  const Place root = Root("a: [x, {b: y}]\n");
  const Place list = root.Value(root.node().entries[0]);
  const Place value = list.Item(1).Value(list.Item(1).node().entries[0]);
  EXPECT_EQ(value.path(), "a[1].b");
  EXPECT_EQ(value.mark(), (Mark{1, 12}));
  EXPECT_EQ(root.Below("c").path(), "c");
}

TEST_F(PlaceTest, SaysWhatStandsThereInsteadOfWhatShould) {
  Root("[a]").FailType("a map", "write one");
  EXPECT_EQ(Errors(), "f:1:1: expected a map, found a list; write one\n");
}

TEST_F(PlaceTest, FindsRepeatedKeysAndMergeKeys) {
  EXPECT_EQ(Root("a: 1\nb: 2\na: 3\n<<: 4\n").Entries().size(), 2U);
  EXPECT_EQ(Errors(),
            "f:3:1: a: this key stands here twice, first in line 1; remove one\n"
            "f:4:1: <<: merge keys are not supported; write the keys out, or give the whole "
            "value by an alias\n");
}

TEST_F(PlaceTest, SaysHowAVariableIsWrittenWhereOneHasNoBraces) {
  Root("$HOST:1").Fail({"bad", ""});
  EXPECT_EQ(Errors(), "f:1:1: bad; a variable is written ${HOST}\n");
}

TEST_F(PlaceTest, TakesOtherDollarsForText) {
  Root("a$ $1 $").Fail({"bad", "hint"});
  EXPECT_EQ(Errors(), "f:1:1: bad; hint\n");
}

}  // namespace
}  // namespace evenkeel::config
