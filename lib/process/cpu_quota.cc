#include "lib/process/cpu_quota.h"

#include <sched.h>

#include <algorithm>
#include <cmath>

namespace evenkeel::proxy {
namespace {

unsigned AffinityCpus() {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) != 0) return 1;
  return static_cast<unsigned>(std::max(CPU_COUNT(&set), 1));
}

}  // namespace

unsigned AvailableCpus(const Cgroup& cgroup) {
  const unsigned cpus = AffinityCpus();
  const auto quota = cgroup.Cpus();
  if (!quota || *quota >= cpus) return cpus;
  return std::max(static_cast<unsigned>(std::ceil(*quota)), 1u);
}

}  // namespace evenkeel::proxy
