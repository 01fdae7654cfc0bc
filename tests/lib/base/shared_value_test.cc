#include "lib/base/shared_value.h"

#include <gtest/gtest.h>

#include <string>

namespace evenkeel::base {
namespace {

TEST(SharedValueTest, CopiesShareTheValue) {
  const SharedValue<std::string> value(std::string("a"));
  const SharedValue<std::string> copy =
      value;  // NOLINT(performance-unnecessary-copy-initialization)
  EXPECT_TRUE(copy.IsShared(value));
  EXPECT_EQ(&*copy, &*value);
}

TEST(SharedValueTest, AnEditChangesOneCopyAlone) {
  SharedValue<std::string> value(std::string("a"));
  const SharedValue<std::string> copy = value;
  value.Edit() += "b";
  EXPECT_EQ(*value, "ab");
  EXPECT_EQ(*copy, "a");
  EXPECT_FALSE(copy.IsShared(value));
}

TEST(SharedValueTest, WhatNobodySharesIsEditedInItsPlace) {
  SharedValue<std::string> value;
  const std::string* const before = &*value;
  EXPECT_EQ(&value.Edit(), before);
}

TEST(SharedValueTest, EqualValuesAreEqualWithoutBeingShared) {
  const SharedValue<std::string> value(std::string("a"));
  EXPECT_EQ(value, SharedValue<std::string>(std::string("a")));
  EXPECT_NE(value, SharedValue<std::string>(std::string("b")));
}

TEST(SharedValueTest, ASnapshotOutlivesTheObject) {
  SharedValue<std::string> value(std::string("a"));
  const auto snapshot = value.snapshot();
  value.Edit() = "b";
  EXPECT_EQ(*snapshot, "a");
}

}  // namespace
}  // namespace evenkeel::base
