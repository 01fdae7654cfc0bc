#include "lib/process/cgroup.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace evenkeel::proxy {
namespace {

namespace fs = std::filesystem;

// A tree as the kernel would show it.
class CgroupTest : public ::testing::Test {
 protected:
  ~CgroupTest() override { fs::remove_all(root_); }

  void Write(const std::string& file, const std::string& text) const {
    fs::create_directories((root_ / file).parent_path());
    std::ofstream(root_ / file) << text << "\n";
  }
  /// The lines of /proc/self/cgroup.
  void BeIn(const std::string& lines) const { Write("membership", lines); }
  Cgroup Ours() const { return Cgroup(root_, root_ / "membership"); }

  const fs::path root_ = fs::path(::testing::TempDir()) /
                         (std::string("cgroup_test.") +
                          ::testing::UnitTest::GetInstance()->current_test_info()->name());
};

TEST_F(CgroupTest, AContainersTreeIsItsOwn) {
  BeIn("0::/");
  Write("cpu.max", "150000 100000");
  Write("memory.max", "1000000");
  EXPECT_EQ(Ours().Cpus(), 1.5);
  EXPECT_EQ(Ours().Memory(), 1'000'000u);
}

TEST_F(CgroupTest, AServiceIsSomewhereInTheTree) {
  BeIn("0::/system.slice/evenkeel.service");
  Write("system.slice/evenkeel.service/cpu.max", "50000 100000");
  Write("system.slice/evenkeel.service/memory.max", "2000000");
  EXPECT_EQ(Ours().Cpus(), 0.5);
  EXPECT_EQ(Ours().Memory(), 2'000'000u);
}

TEST_F(CgroupTest, TheLeastOfItsLimitsAndThoseAboveHolds) {
  BeIn("0::/pod/sidecar");
  Write("pod/sidecar/cpu.max", "max 100000");
  Write("pod/cpu.max", "200000 100000");
  Write("cpu.max", "400000 100000");
  Write("pod/sidecar/memory.max", "3000");
  Write("pod/memory.max", "2000");
  EXPECT_EQ(Ours().Cpus(), 2);
  EXPECT_EQ(Ours().Memory(), 2000u);
}

TEST_F(CgroupTest, APathThatIsNotMountedIsPassedOver) {
  BeIn("0::/docker/0123");
  Write("memory.max", "1000000");
  EXPECT_EQ(Ours().Memory(), 1'000'000u);
}

TEST_F(CgroupTest, VersionOneHasATreeForEachController) {
  BeIn("5:memory:/a\n4:cpu,cpuacct:/b/c\n1:name=systemd:/d");
  Write("memory/a/memory.limit_in_bytes", "1000000");
  Write("cpu/b/cpu.cfs_quota_us", "300000");
  Write("cpu/b/cpu.cfs_period_us", "100000");
  EXPECT_EQ(Ours().Memory(), 1'000'000u);
  EXPECT_EQ(Ours().Cpus(), 3);
}

TEST_F(CgroupTest, NonsenseIsNoLimit) {
  for (const char* lines : {"", "0", "0:", "0::", "0::x", "::/", "0::/..", "0:://"}) {
    BeIn(lines);
    EXPECT_EQ(Ours().Cpus(), std::nullopt) << lines;
    EXPECT_EQ(Ours().Memory(), std::nullopt) << lines;
  }
}

TEST_F(CgroupTest, WhatItIsChargedWithIsThatOfTheFolderWithTheLeastLimit) {
  BeIn("0::/pod/sidecar");
  Write("pod/sidecar/memory.max", "3000");
  Write("pod/sidecar/memory.current", "100");
  Write("pod/memory.max", "2000");
  Write("pod/memory.current", "1900");
  EXPECT_EQ(Ours().MemoryUsed(), 1900u);
}

TEST_F(CgroupTest, FileContentsThatWouldBeDroppedFirstAreNotCounted) {
  BeIn("0::/");
  Write("memory.max", "2000");
  Write("memory.current", "1900");
  Write("memory.stat", "anon 1000\ninactive_file 300\nslab 200");
  EXPECT_EQ(Ours().MemoryUsed(), 1600u);
}

TEST_F(CgroupTest, InVersion1TheyHaveOtherNames) {
  BeIn("4:memory:/docker/1");
  Write("memory/docker/1/memory.limit_in_bytes", "2000");
  Write("memory/docker/1/memory.usage_in_bytes", "1900");
  Write("memory/docker/1/memory.stat", "cache 500\ntotal_inactive_file 400");
  EXPECT_EQ(Ours().MemoryUsed(), 1500u);
}

TEST_F(CgroupTest, WithoutALimitNothingCountsAgainstIt) {
  BeIn("0::/");
  Write("memory.max", "max");
  Write("memory.current", "1900");
  EXPECT_EQ(Ours().MemoryUsed(), std::nullopt);
}

}  // namespace
}  // namespace evenkeel::proxy
