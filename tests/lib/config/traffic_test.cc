#include "lib/config/traffic.h"

#include <gtest/gtest.h>

namespace evenkeel::config {
namespace {

TEST(HeaderEditsTest, AreEmptyWithoutAnyOfTheThree) {
  EXPECT_TRUE(HeaderEdits().empty());
  EXPECT_FALSE((HeaderEdits{.remove = {"a"}, .set = {}, .add = {}}.empty()));
  EXPECT_FALSE((HeaderEdits{.remove = {}, .set = {{"a", "1"}}, .add = {}}.empty()));
  EXPECT_FALSE((HeaderEdits{.remove = {}, .set = {}, .add = {{"a", "1"}}}.empty()));
}

}  // namespace
}  // namespace evenkeel::config
