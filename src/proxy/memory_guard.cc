#include "proxy/memory_guard.h"

#include <fstream>

namespace evenkeel::proxy {
namespace {

// cgroup v1 writes this, or near to it, for no limit.
constexpr uint64_t kNoLimitV1 = uint64_t{1} << 60;

std::optional<uint64_t> ReadNumber(const std::string& path) {
  std::ifstream file(path);
  uint64_t number = 0;
  if (!(file >> number)) return std::nullopt;  // "max" too
  return number;
}

}  // namespace

void MemoryGuard::Look() {
  if (limit() == 0) return over_.store(false, std::memory_order_relaxed);
  const uint64_t bound = IsOver() ? limit() - limit() / 20 : limit();
  bool over = resident_() > bound;
  if (over) {
    // What calls have freed still counts until the allocator returns it.
    trim_();
    over = resident_() > bound;
  }
  over_.store(over, std::memory_order_relaxed);
}

uint64_t DefaultMemoryLimit(const std::string& cgroup_root) {
  auto limit = ReadNumber(cgroup_root + "/memory.max");
  if (!limit) limit = ReadNumber(cgroup_root + "/memory/memory.limit_in_bytes");
  if (!limit || *limit >= kNoLimitV1) return 0;
  return *limit / 10 * 9;
}

}  // namespace evenkeel::proxy
