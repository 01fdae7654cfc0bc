// Cgroup: what the kernel lets this process use: the limits of its control group and of those above
// it, in version 2 or 1.
//
// In a container the mounted tree is most often the container's own; elsewhere, as under systemd,
// the process is somewhere in it. Both are looked at. Reads files when asked; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace evenkeel::proxy {

class Cgroup {
 public:
  /// `root`: where the tree is mounted; `membership`: the process's /proc/self/cgroup. Other than
  /// the defaults only in tests.
  explicit Cgroup(std::string root = "/sys/fs/cgroup",
                  const std::string& membership = "/proc/self/cgroup");

  /// Processors' worth of time, the least of `cpu.max` or `cpu.cfs_quota_us`; nothing: no limit.
  std::optional<double> Cpus() const;
  /// Bytes, the least of `memory.max` or `memory.limit_in_bytes`; nothing: no limit.
  std::optional<uint64_t> Memory() const;
  /// Bytes that count against that limit, the kernel's own included, without file contents that
  /// would be dropped first; nothing: no limit.
  std::optional<uint64_t> MemoryUsed() const;

 private:
  /// The folders of a controller, of version 2 with "", the process's own first.
  std::vector<std::string> Folders(const std::string& controller) const;

  struct Membership {
    std::string controllers;  // "cpu,cpuacct"; empty: version 2
    std::string path;         // "/system.slice/evenkeel.service"
  };

  const std::string root_;
  std::vector<Membership> memberships_;
};

}  // namespace evenkeel::proxy
