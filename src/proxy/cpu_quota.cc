#include "proxy/cpu_quota.h"

#include <sched.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <optional>

namespace evenkeel::proxy {
namespace {

unsigned AffinityCpus() {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) != 0) return 1;
  return static_cast<unsigned>(std::max(CPU_COUNT(&set), 1));
}

// "max 100000" (no quota) or "150000 100000": microseconds of CPU in each period.
std::optional<double> QuotaV2(const std::string& root) {
  std::ifstream file(root + "/cpu.max");
  double quota = 0;
  double period = 0;
  if (!(file >> quota >> period) || period <= 0) return std::nullopt;
  return quota / period;
}

std::optional<double> QuotaV1(const std::string& root) {
  std::ifstream quota_file(root + "/cpu/cpu.cfs_quota_us");
  std::ifstream period_file(root + "/cpu/cpu.cfs_period_us");
  double quota = 0;
  double period = 0;
  if (!(quota_file >> quota) || !(period_file >> period)) return std::nullopt;
  if (quota <= 0 || period <= 0) return std::nullopt;
  return quota / period;
}

}  // namespace

unsigned AvailableCpus(const std::string& cgroup_root) {
  auto quota = QuotaV2(cgroup_root);
  if (!quota) quota = QuotaV1(cgroup_root);
  const unsigned cpus = AffinityCpus();
  if (!quota) return cpus;
  return std::clamp(static_cast<unsigned>(std::ceil(*quota)), 1u, cpus);
}

}  // namespace evenkeel::proxy
