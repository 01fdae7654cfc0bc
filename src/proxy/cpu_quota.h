// How many workers this process should run: what its cgroup and affinity let it use.
#pragma once

#include <string>

namespace evenkeel::proxy {

/// The CPU quota of the cgroup (v2 `cpu.max`, v1 `cpu.cfs_quota_us`), rounded up, but no more than
/// the processors the process may run on; at least 1. `cgroup_root` is "/sys/fs/cgroup" but in
/// tests.
unsigned AvailableCpus(const std::string& cgroup_root);

}  // namespace evenkeel::proxy
