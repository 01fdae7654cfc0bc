#include "lib/yaml/word_key.h"

#include <gtest/gtest.h>

namespace evenkeel::config {
namespace {

enum class Size { kSmall, kMedium, kLarge };

const WordKey kKey(std::array<std::string_view, 3>{"small", "medium", "large"});

TEST(WordKeyTest, ReadsAWordByItsPlace) {
  const YamlNode node{.kind = YamlNode::Kind::kPlain, .text = "large"};
  ErrorList errors("file");
  Size size = Size::kSmall;
  kKey.Read(Place(node, "size", errors), size);
  EXPECT_EQ(size, Size::kLarge);
  EXPECT_EQ(errors.size(), 0U);
}

TEST(WordKeyTest, AnotherWordIsAnErrorThatNamesAll) {
  const YamlNode node{.kind = YamlNode::Kind::kPlain, .text = "huge"};
  ErrorList errors("file");
  Size size = Size::kSmall;
  kKey.Read(Place(node, "size", errors), size);
  EXPECT_EQ(size, Size::kSmall);
  const ConfigErrors taken = std::move(errors).Take();
  ASSERT_EQ(taken.size(), 1U);
  EXPECT_NE(Format(taken[0]).find("small, medium or large"), std::string::npos);
}

TEST(WordKeyTest, DescribesItself) {
  const KeyFacts facts = kKey.Facts(Size::kMedium);
  EXPECT_EQ(facts.type, "small, medium or large");
  EXPECT_EQ(facts.fallback, "medium");
}

}  // namespace
}  // namespace evenkeel::config
