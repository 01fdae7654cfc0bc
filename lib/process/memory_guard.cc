#include "lib/process/memory_guard.h"

#include <algorithm>

namespace evenkeel::proxy {

void MemoryGuard::Look() {
  if (limit() == 0) return over_.store(false, std::memory_order_relaxed);
  const uint64_t bound = IsOver() ? limit() - limit() / 20 : limit();
  bool over = used_() > bound;
  if (over) {
    // What calls have freed still counts until the allocator returns it.
    trim_();
    over = used_() > bound;
  }
  over_.store(over, std::memory_order_relaxed);
}

uint64_t DefaultMemoryLimit(const Cgroup& cgroup) { return cgroup.Memory().value_or(0) / 10 * 9; }

uint64_t UsedMemory(const Cgroup& cgroup, uint64_t resident) {
  return std::max(cgroup.MemoryUsed().value_or(0), resident);
}

}  // namespace evenkeel::proxy
