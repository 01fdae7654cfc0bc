#include "lib/base/result.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace evenkeel::base {
namespace {

Result<int, std::string> Half(int number) {
  if (number % 2 != 0) return Error("odd");
  return number / 2;
}

TEST(ResultTest, IsAValueOrTheReasonWhyThereIsNone) {
  EXPECT_EQ(Half(4), 2);
  ASSERT_FALSE(Half(5));
  EXPECT_EQ(Half(5).error(), "odd");
}

TEST(ResultTest, MayHaveNoValue) {
  const auto check = [](bool good) -> Result<void, int> {
    if (!good) return Error(7);
    return {};
  };
  EXPECT_TRUE(check(true));
  EXPECT_EQ(check(false).error(), 7);
}

TEST(ResultTest, AnErrorIsCopiedFromWhatHasANameAndElseMoved) {
  const std::string kept = "a reason too long for the small string";
  const Result<int, std::string> copied = Error(kept);
  EXPECT_EQ(copied.error(), kept);
  Result<int, std::unique_ptr<int>> moved = Error(std::make_unique<int>(3));
  EXPECT_EQ(*moved.error(), 3);
}

}  // namespace
}  // namespace evenkeel::base
