#include "lib/process/cgroup.h"

#include <algorithm>
#include <fstream>
#include <string_view>
#include <utility>

namespace evenkeel::proxy {
namespace {

// Version 1 writes this, or near to it, for no limit.
constexpr uint64_t kNoLimitV1 = uint64_t{1} << 60;

template <typename Number>
std::optional<Number> Read(const std::string& path) {
  std::ifstream file(path);
  Number number{};
  if (!(file >> number)) return std::nullopt;  // "max" too
  return number;
}

// "max 100000" (no quota) or "150000 100000": microseconds of CPU in each period.
std::optional<double> QuotaV2(const std::string& folder) {
  std::ifstream file(folder + "/cpu.max");
  double quota = 0;
  double period = 0;
  if (!(file >> quota >> period) || quota <= 0 || period <= 0) return std::nullopt;
  return quota / period;
}

std::optional<double> QuotaV1(const std::string& folder) {
  const auto quota = Read<double>(folder + "/cpu.cfs_quota_us");
  const auto period = Read<double>(folder + "/cpu.cfs_period_us");
  if (!quota || !period || *quota <= 0 || *period <= 0) return std::nullopt;
  return *quota / *period;
}

std::optional<uint64_t> MemoryV2(const std::string& folder) {
  return Read<uint64_t>(folder + "/memory.max");
}

std::optional<uint64_t> MemoryV1(const std::string& folder) {
  const auto limit = Read<uint64_t>(folder + "/memory.limit_in_bytes");
  return limit && *limit < kNoLimitV1 ? limit : std::nullopt;
}

// The value of a line "name value" of memory.stat; 0 without one.
uint64_t Statistic(const std::string& folder, std::string_view name) {
  std::ifstream file(folder + "/memory.stat");
  std::string key;
  for (uint64_t value = 0; file >> key >> value;) {
    if (key == name) return value;
  }
  return 0;
}

std::optional<uint64_t> UsedIn(const std::string& folder, const char* usage,
                               std::string_view reclaimable) {
  const auto used = Read<uint64_t>(folder + usage);
  if (!used) return std::nullopt;
  return *used - std::min(*used, Statistic(folder, reclaimable));
}

template <typename Number>
std::optional<Number> Least(const std::vector<std::string>& folders,
                            std::optional<Number> (*limit_of)(const std::string& folder)) {
  std::optional<Number> least;
  for (const std::string& each : folders) {
    const auto limit = limit_of(each);
    if (limit && (!least || *limit < *least)) least = limit;
  }
  return least;
}

bool Has(const std::string& controllers, const std::string& controller) {
  return ("," + controllers + ",").find("," + controller + ",") != std::string::npos;
}

}  // namespace

// Lines are "0::/path" of version 2, and "4:cpu,cpuacct:/path".
Cgroup::Cgroup(std::string root, const std::string& membership) : root_(std::move(root)) {
  std::ifstream file(membership);
  for (std::string line; std::getline(file, line);) {
    const size_t first = line.find(':');
    const size_t second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    memberships_.push_back({line.substr(first + 1, second - first - 1), line.substr(second + 1)});
  }
}

std::vector<std::string> Cgroup::Folders(const std::string& controller) const {
  const std::string mount = controller.empty() ? root_ : root_ + "/" + controller;
  const auto ours = std::ranges::find_if(memberships_, [&controller](const Membership& each) {
    return controller.empty() ? each.controllers.empty() : Has(each.controllers, controller);
  });
  std::string path = ours == memberships_.end() ? "" : ours->path;
  std::vector<std::string> folders;
  while (path.size() > 1 && path.front() == '/') {
    folders.push_back(mount + path);
    path.erase(path.rfind('/'));
  }
  folders.push_back(mount);
  return folders;
}

std::optional<double> Cgroup::Cpus() const {
  const auto quota = Least(Folders(""), QuotaV2);
  return quota ? quota : Least(Folders("cpu"), QuotaV1);
}

// Of the one whose limit is the least.
std::optional<uint64_t> Cgroup::MemoryUsed() const {
  const auto limit = Memory();
  if (!limit) return std::nullopt;
  for (const std::string& each : Folders("")) {
    if (MemoryV2(each) == limit) return UsedIn(each, "/memory.current", "inactive_file");
  }
  for (const std::string& each : Folders("memory")) {
    if (MemoryV1(each) == limit) {
      return UsedIn(each, "/memory.usage_in_bytes", "total_inactive_file");
    }
  }
  return std::nullopt;
}

std::optional<uint64_t> Cgroup::Memory() const {
  const auto limit = Least(Folders(""), MemoryV2);
  return limit ? limit : Least(Folders("memory"), MemoryV1);
}

}  // namespace evenkeel::proxy
