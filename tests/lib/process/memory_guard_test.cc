#include "lib/process/memory_guard.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace evenkeel::proxy {
namespace {

using Level = MemoryGuard::Level;

class MemoryGuardTest : public ::testing::Test {
 protected:
  MemoryGuardTest() { guard_.set_limit(800); }
  Level LevelAt(uint64_t used) {
    used_ = used;
    guard_.Look(now_);
    return guard_.level();
  }

  base::Time now_{};
  uint64_t used_ = 0;
  uint64_t freed_ = 0;  // what trimming gives back
  bool trims_ = true;
  int64_t taken_ = 5000;
  MemoryGuard guard_{{.used = [this] { return used_; },
                      .taken = [this] { return taken_; },
                      .trim =
                          [this] {
                            if (trims_) used_ -= freed_;
                            return trims_;
                          }}};
};

TEST_F(MemoryGuardTest, IsTightFromSevenEighthsAndOverAboveTheLimit) {
  EXPECT_EQ(LevelAt(700), Level::kEnough);
  EXPECT_FALSE(guard_.tight());
  EXPECT_EQ(LevelAt(701), Level::kTight);
  EXPECT_TRUE(guard_.tight());
  EXPECT_EQ(LevelAt(800), Level::kTight);
  EXPECT_FALSE(guard_.IsOver());
  EXPECT_EQ(LevelAt(801), Level::kOver);
  EXPECT_TRUE(guard_.tight());
}

TEST_F(MemoryGuardTest, StaysOverUntilATwentiethIsFree) {
  LevelAt(801);
  EXPECT_EQ(LevelAt(761), Level::kOver);
  EXPECT_EQ(LevelAt(760), Level::kTight);
  EXPECT_EQ(LevelAt(800), Level::kTight);
}

TEST_F(MemoryGuardTest, StaysTightUntilATwentiethIsFree) {
  LevelAt(701);
  EXPECT_EQ(LevelAt(661), Level::kTight);
  EXPECT_EQ(LevelAt(660), Level::kEnough);
  EXPECT_EQ(LevelAt(700), Level::kEnough);
}

TEST_F(MemoryGuardTest, WhatTheAllocatorOnlyKeepsDoesNotCount) {
  freed_ = 100;
  EXPECT_EQ(LevelAt(800), Level::kEnough);
  EXPECT_EQ(LevelAt(801), Level::kTight);
  EXPECT_EQ(guard_.used(), 701u);
}

TEST_F(MemoryGuardTest, WithoutALimitItIsNeverOver) {
  LevelAt(801);
  guard_.set_limit(0);
  EXPECT_EQ(LevelAt(UINT64_MAX), Level::kEnough);
  EXPECT_EQ(guard_.OnTaken(INT64_MAX - 1), Level::kEnough);
}

TEST_F(MemoryGuardTest, BetweenLooksItGoesByWhatIsTaken) {
  LevelAt(600);
  EXPECT_EQ(guard_.OnTaken(5100), Level::kEnough);
  EXPECT_EQ(guard_.OnTaken(5101), Level::kTight);
  EXPECT_EQ(guard_.OnTaken(5200), Level::kTight);
  EXPECT_EQ(guard_.OnTaken(5201), Level::kOver);
  EXPECT_TRUE(guard_.tight());
  // What is given back says nothing of what else counts: only a look lets it fall.
  EXPECT_EQ(guard_.OnTaken(5000), Level::kOver);
  EXPECT_EQ(LevelAt(600), Level::kEnough);
}

TEST_F(MemoryGuardTest, TellsWhatIsToBeFreed) {
  LevelAt(600);
  EXPECT_EQ(guard_.Excess(), 40);
  taken_ += 130;
  EXPECT_EQ(guard_.Excess(), 30 + 40);
}

TEST_F(MemoryGuardTest, LosesPatienceWhereItIsTightForLong) {
  LevelAt(750);
  now_ += MemoryGuard::kPatience - base::Duration(1);
  LevelAt(750);
  EXPECT_FALSE(guard_.must_end());
  now_ += base::Duration(1);
  LevelAt(750);
  EXPECT_TRUE(guard_.must_end());
  LevelAt(600);
  EXPECT_FALSE(guard_.must_end());
  LevelAt(750);
  EXPECT_FALSE(guard_.must_end());
}

TEST_F(MemoryGuardTest, NobodyEndsForWhatMayHaveBeenFreed) {
  LevelAt(801);
  EXPECT_TRUE(guard_.must_end());
  trims_ = false;
  LevelAt(801);
  EXPECT_TRUE(guard_.IsOver());
  EXPECT_FALSE(guard_.must_end());
  trims_ = true;
  LevelAt(801);
  EXPECT_TRUE(guard_.must_end());
}

TEST_F(MemoryGuardTest, IsToBeLookedAtMoreOftenNearTheLimit) {
  LevelAt(600);
  EXPECT_FALSE(guard_.IsNear());
  LevelAt(601);
  EXPECT_TRUE(guard_.IsNear());
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
