#include "lib/yaml/written.h"

#include <gtest/gtest.h>

namespace evenkeel::config {
namespace {

TEST(WrittenTest, HasOneValueForAKey) {
  Written map{.kind = Written::Kind::kMap};
  map.Set("a", WrittenText("1"));
  map.Set("b", WrittenFlag(true));
  map.Set("a", WrittenText("2"));
  ASSERT_EQ(map.entries.size(), 2U);
  EXPECT_EQ(map.Find("a")->text, "2");
  EXPECT_EQ(map.Find("c"), nullptr);
}

TEST(WrittenTest, LeavesOutNothing) {
  Written map{.kind = Written::Kind::kMap};
  map.Set("a", Written{});
  EXPECT_TRUE(map.entries.empty());
}

TEST(WrittenTest, TellsTextFromALiteralAndASecretFromAnother) {
  EXPECT_NE(WrittenText("1"), WrittenLiteral("1"));
  const Written secret{.kind = Written::Kind::kSecret, .text = "a"};
  EXPECT_NE(secret, (Written{.kind = Written::Kind::kSecret, .text = "b"}));
}

}  // namespace
}  // namespace evenkeel::config
