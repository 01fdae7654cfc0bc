#include "lib/config/key_path.h"

#include <gtest/gtest.h>

namespace evenkeel::config {
namespace {

TEST(KeyPathTest, NamesKeysAndItems) {
  EXPECT_EQ(KeyPath().ToString(), "");
  EXPECT_EQ(((KeyPath() / "clusters" / "users" / "endpoints")[1] / "address").ToString(),
            "clusters.users.endpoints[1].address");
}

TEST(KeyPathTest, QuotesKeysThatAreNoPlainWords) {
  EXPECT_EQ((KeyPath() / "a.b" / "").ToString(), "\"a.b\".\"\"");
}

TEST(KeyPathTest, KnowsWhatHoldsIt) {
  EXPECT_EQ((KeyPath() / "a" / "b")[1].Parent(), KeyPath() / "a" / "b");
  EXPECT_EQ((KeyPath() / "a").Parent(), KeyPath());
  EXPECT_EQ(KeyPath().Parent(), KeyPath());
}

TEST(KeyPathTest, KnowsWhatAPathHolds) {
  EXPECT_TRUE(IsWithin("a.b[1]", "a.b"));
  EXPECT_TRUE(IsWithin("a.b", "a.b"));
  EXPECT_TRUE(IsWithin("a.b", ""));
  EXPECT_FALSE(IsWithin("a.bc", "a.b"));
  EXPECT_FALSE(IsWithin("a", "a.b"));
}

}  // namespace
}  // namespace evenkeel::config
