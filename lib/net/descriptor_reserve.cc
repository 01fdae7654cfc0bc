#include "lib/net/descriptor_reserve.h"

#include <sys/resource.h>

#include <algorithm>
#include <limits>

namespace evenkeel::net {

size_t DescriptorReserve::SystemLimit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return std::numeric_limits<int>::max();
  return std::min<rlim_t>(limit.rlim_cur, std::numeric_limits<int>::max());
}

void DescriptorReserve::Keep(size_t wanted) {
  bound_.store(static_cast<int>(limit_ - std::min(wanted, limit_ / 2)), std::memory_order_relaxed);
}

}  // namespace evenkeel::net
