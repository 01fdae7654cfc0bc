#include "lib/config/access.h"

#include <gtest/gtest.h>

namespace evenkeel::config {
namespace {

TEST(AuthorizationTest, IsEmptyWithoutARuleWhateverElseItSays) {
  Authorization authorization;
  authorization.observe = true;
  EXPECT_TRUE(authorization.empty());
  authorization.deny.emplace_back();
  EXPECT_FALSE(authorization.empty());
  authorization.deny.clear();
  authorization.allow.emplace_back();
  EXPECT_FALSE(authorization.empty());
}

}  // namespace
}  // namespace evenkeel::config
