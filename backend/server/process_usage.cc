#include "backend/server/process_usage.h"

#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <fstream>

namespace evenkeel::backend {
namespace {

constexpr std::chrono::milliseconds kInterval{100};

base::Duration CpuTime() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

// proc_pid_statm(5): total size, then resident set, in pages.
double ResidentShare() {
  std::ifstream statm("/proc/self/statm");
  double total = 0;
  double resident = 0;
  statm >> total >> resident;
  const long pages = sysconf(_SC_PHYS_PAGES);
  return pages > 0 ? resident / static_cast<double>(pages) : 0;
}

}  // namespace

ProcessUsage::ProcessUsage(const base::Clock& clock)
    : clock_(clock), looked_(clock.Now()), cpu_time_(CpuTime()) {
  usage_.memory = ResidentShare();
}

const ProcessUsage::Usage& ProcessUsage::Read() {
  const base::Time now = clock_.Now();
  if (now - looked_ < kInterval) return usage_;
  const base::Duration cpu_time = CpuTime();
  const auto cpus = static_cast<double>(std::max(1L, sysconf(_SC_NPROCESSORS_ONLN)));
  usage_.cpu = std::chrono::duration<double>(cpu_time - cpu_time_) / (now - looked_) / cpus;
  usage_.memory = ResidentShare();
  cpu_time_ = cpu_time;
  looked_ = now;
  return usage_;
}

}  // namespace evenkeel::backend
