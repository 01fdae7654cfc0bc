// How many workers this process should run: what its cgroup and affinity let it use.
#pragma once

#include "lib/process/cgroup.h"

namespace evenkeel::proxy {

/// The CPU quota of the cgroup, rounded up, but no more than the processors the process may run on;
/// at least 1.
unsigned AvailableCpus(const Cgroup& cgroup);

}  // namespace evenkeel::proxy
