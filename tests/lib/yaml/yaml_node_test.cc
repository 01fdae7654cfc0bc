#include "lib/yaml/yaml_node.h"

#include <gtest/gtest.h>

namespace evenkeel::config {
namespace {

TEST(YamlNodeTest, DescribesItselfForMessages) {
  EXPECT_EQ(YamlNode{}.Description(), "nothing");
  EXPECT_EQ((YamlNode{.kind = YamlNode::Kind::kList}).Description(), "a list");
  EXPECT_EQ((YamlNode{.kind = YamlNode::Kind::kMap}).Description(), "a map");
  EXPECT_EQ((YamlNode{.kind = YamlNode::Kind::kPlain, .text = "x"}).Description(), "\"x\"");
}

TEST(YamlNodeTest, IsAScalarWithOrWithoutQuotes) {
  EXPECT_TRUE((YamlNode{.kind = YamlNode::Kind::kQuoted}).IsScalar());
  EXPECT_TRUE((YamlNode{.kind = YamlNode::Kind::kPlain}).IsScalar());
  EXPECT_FALSE(YamlNode{}.IsScalar());
}

}  // namespace
}  // namespace evenkeel::config
