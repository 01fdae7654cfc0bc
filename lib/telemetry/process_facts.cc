#include "lib/telemetry/process_facts.h"

#include <sys/resource.h>
#include <unistd.h>

#include <ctime>
#include <filesystem>
#include <fstream>

namespace evenkeel::telemetry {
namespace {

std::chrono::microseconds Microseconds(const timeval& time) {
  return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
}

std::optional<uint64_t> CountOpenFds() {
  std::error_code error;
  std::filesystem::directory_iterator entry("/proc/self/fd", error);
  if (error) return std::nullopt;
  uint64_t count = 0;
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) ++count;
  return count - 1;  // one of them is this very look into the directory
}

void ReadMemory(ProcessFacts& facts) {
  std::ifstream statm("/proc/self/statm");
  uint64_t virtual_pages = 0;
  uint64_t resident_pages = 0;
  if (!(statm >> virtual_pages >> resident_pages)) return;
  const auto page = static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
  facts.virtual_bytes = virtual_pages * page;
  facts.resident_bytes = resident_pages * page;
}

}  // namespace

ProcessFacts ReadProcessFacts() {
  ProcessFacts facts;
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  facts.cpu = Microseconds(usage.ru_utime) + Microseconds(usage.ru_stime);
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  facts.max_fds = limit.rlim_cur;
  facts.open_fds = CountOpenFds();
  ReadMemory(facts);
  return facts;
}

std::chrono::nanoseconds ThreadCpuTime() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

uint64_t ResidentBytes() {
  ProcessFacts facts;
  ReadMemory(facts);
  return facts.resident_bytes.value_or(0);
}

}  // namespace evenkeel::telemetry
