#include "lib/process/cpu_quota.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

namespace evenkeel::proxy {
namespace {

// A cgroup folder as the kernel would show it.
class CpuQuotaTest : public ::testing::Test {
 protected:
  CpuQuotaTest() { std::filesystem::create_directories(root_ / "cpu"); }
  ~CpuQuotaTest() override { std::filesystem::remove_all(root_); }

  void Write(const std::string& file, const std::string& text) {
    std::ofstream(root_ / file) << text << "\n";
  }
  unsigned Cpus() const { return AvailableCpus(Cgroup(root_, root_ / "no membership")); }
  /// What a quota of `wanted` comes to on this machine.
  static unsigned AtMostOurs(unsigned wanted) { return std::min(wanted, Ours()); }
  static unsigned Ours() {
    cpu_set_t set;
    EXPECT_EQ(sched_getaffinity(0, sizeof set, &set), 0);
    return static_cast<unsigned>(CPU_COUNT(&set));
  }

  const std::filesystem::path root_ =
      std::filesystem::temp_directory_path() / ("cpu_quota_test." + std::to_string(getpid()));
};

TEST_F(CpuQuotaTest, WithoutACgroupIsWhatTheProcessMayRunOn) { EXPECT_EQ(Cpus(), Ours()); }

TEST_F(CpuQuotaTest, WithoutAQuotaIsWhatTheProcessMayRunOn) {
  Write("cpu.max", "max 100000");
  EXPECT_EQ(Cpus(), Ours());
}

TEST_F(CpuQuotaTest, RoundsUp) {
  Write("cpu.max", "150000 100000");
  EXPECT_EQ(Cpus(), AtMostOurs(2));
  Write("cpu.max", "100001 100000");
  EXPECT_EQ(Cpus(), AtMostOurs(2));
  Write("cpu.max", "100000 100000");
  EXPECT_EQ(Cpus(), 1u);
}

TEST_F(CpuQuotaTest, IsAtLeastOne) {
  Write("cpu.max", "1000 100000");
  EXPECT_EQ(Cpus(), 1u);
}

TEST_F(CpuQuotaTest, IsNoMoreThanTheProcessors) {
  Write("cpu.max", "99999999900000 100000");
  EXPECT_EQ(Cpus(), Ours());
}

TEST_F(CpuQuotaTest, ReadsVersion1) {
  Write("cpu/cpu.cfs_quota_us", "50000");
  Write("cpu/cpu.cfs_period_us", "100000");
  EXPECT_EQ(Cpus(), 1u);
  Write("cpu/cpu.cfs_quota_us", "-1");
  EXPECT_EQ(Cpus(), Ours());
}

TEST_F(CpuQuotaTest, PrefersVersion2) {
  Write("cpu.max", "100000 100000");
  Write("cpu/cpu.cfs_quota_us", "9900000");
  Write("cpu/cpu.cfs_period_us", "100000");
  EXPECT_EQ(Cpus(), 1u);
}

TEST_F(CpuQuotaTest, TakesNonsenseForNoQuota) {
  for (const char* text : {"", "x y", "100000", "100000 0", "100000 -5"}) {
    Write("cpu.max", text);
    EXPECT_EQ(Cpus(), Ours()) << text;
  }
}

}  // namespace
}  // namespace evenkeel::proxy
