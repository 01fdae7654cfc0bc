#include "lib/process/memory_guard.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace evenkeel::proxy {
namespace {

class MemoryGuardTest : public ::testing::Test {
 protected:
  MemoryGuardTest() { guard_.set_limit(1000); }
  bool IsOverAt(uint64_t resident) {
    resident_ = resident;
    guard_.Look();
    return guard_.IsOver();
  }

  uint64_t resident_ = 0;
  uint64_t freed_ = 0;  // what trimming gives back
  MemoryGuard guard_{[this] { return resident_; }, [this] { resident_ -= freed_; }};
};

TEST_F(MemoryGuardTest, IsOverAboveTheLimit) {
  EXPECT_FALSE(IsOverAt(1000));
  EXPECT_TRUE(IsOverAt(1001));
}

TEST_F(MemoryGuardTest, StaysOverUntilATwentiethIsFree) {
  IsOverAt(1001);
  EXPECT_TRUE(IsOverAt(951));
  EXPECT_FALSE(IsOverAt(950));
  EXPECT_FALSE(IsOverAt(1000));
}

TEST_F(MemoryGuardTest, WhatTheAllocatorOnlyKeepsDoesNotCount) {
  freed_ = 100;
  EXPECT_FALSE(IsOverAt(1100));
  EXPECT_TRUE(IsOverAt(1101));
}

TEST_F(MemoryGuardTest, WithoutALimitItIsNeverOver) {
  IsOverAt(1001);
  guard_.set_limit(0);
  EXPECT_FALSE(IsOverAt(UINT64_MAX));
}

class DefaultMemoryLimitTest : public ::testing::Test {
 protected:
  DefaultMemoryLimitTest() { std::filesystem::create_directories(root_ / "memory"); }
  ~DefaultMemoryLimitTest() override { std::filesystem::remove_all(root_); }
  uint64_t Limit() const { return DefaultMemoryLimit(Cgroup(root_, root_ / "no membership")); }
  void Write(const std::string& name, const std::string& text) {
    std::ofstream(root_ / name) << text << "\n";
  }

  const std::filesystem::path root_ =
      std::filesystem::path(::testing::TempDir()) /
      (std::string("memory_guard_test.") +
       ::testing::UnitTest::GetInstance()->current_test_info()->name());
};

TEST_F(DefaultMemoryLimitTest, IsNineTenthsOfTheCgroups) {
  Write("memory.max", "1000000");
  EXPECT_EQ(Limit(), 900000u);
}

TEST_F(DefaultMemoryLimitTest, KnowsTheOldCgroupsToo) {
  Write("memory/memory.limit_in_bytes", "2000000");
  EXPECT_EQ(Limit(), 1800000u);
}

TEST_F(DefaultMemoryLimitTest, IsNoneWhereTheCgroupHasNone) {
  EXPECT_EQ(Limit(), 0u);
  Write("memory.max", "max");
  EXPECT_EQ(Limit(), 0u);
  Write("memory/memory.limit_in_bytes", "9223372036854771712");
  EXPECT_EQ(Limit(), 0u);
}

}  // namespace
}  // namespace evenkeel::proxy
