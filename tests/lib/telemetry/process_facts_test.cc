#include "lib/telemetry/process_facts.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <thread>
#include <vector>

namespace evenkeel::telemetry {
namespace {

TEST(ProcessFactsTest, CountsOpenDescriptors) {
  const auto before = ReadProcessFacts().open_fds;
  const int one = open("/dev/null", O_RDONLY);
  const int two = open("/dev/null", O_RDONLY);
  const auto after = ReadProcessFacts().open_fds;
  close(one);
  close(two);
  ASSERT_TRUE(before && after);
  EXPECT_EQ(*after, *before + 2);
}

TEST(ProcessFactsTest, SeesMemoryThatIsTouched) {
  constexpr size_t kBytes = 32 << 20;
  const auto before = ReadProcessFacts().resident_bytes;
  const std::vector<char> touched(kBytes, 'x');
  const auto after = ReadProcessFacts().resident_bytes;
  ASSERT_TRUE(before && after);
  EXPECT_GT(*after, *before + kBytes / 2);
  EXPECT_GE(*ReadProcessFacts().virtual_bytes, *after);
}

TEST(ProcessFactsTest, KnowsTheDescriptorLimit) {
  EXPECT_EQ(static_cast<long>(ReadProcessFacts().max_fds), sysconf(_SC_OPEN_MAX));
}

TEST(ProcessFactsTest, SeesCpuTimeGrow) {
  const auto before = ReadProcessFacts().cpu;
  while (ReadProcessFacts().cpu == before) {
  }
  EXPECT_GT(ReadProcessFacts().cpu, before);
}

TEST(ProcessFactsTest, SeesTheCpuTimeOfOneThread) {
  const auto before = ThreadCpuTime();
  std::chrono::nanoseconds elsewhere{};
  std::thread([&elsewhere] {
    while (ThreadCpuTime() < std::chrono::milliseconds(20)) {
    }
    elsewhere = ThreadCpuTime();
  }).join();
  EXPECT_LT(ThreadCpuTime() - before, elsewhere);
  while (ThreadCpuTime() == before) {
  }
}

}  // namespace
}  // namespace evenkeel::telemetry
