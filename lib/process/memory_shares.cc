#include "lib/process/memory_shares.h"

#include <algorithm>
#include <bit>

namespace evenkeel::proxy {

size_t MemoryShares::ClassOf(size_t held) {
  return std::min(static_cast<size_t>(std::bit_width(held)), kClasses - 1);
}

void MemoryShares::Say(Sums& said, const Sums& now) {
  for (size_t i = 0; i < kClasses; ++i) {
    if (now[i] != said[i]) sums_[i].fetch_add(now[i] - said[i], std::memory_order_relaxed);
  }
  said = now;
}

MemoryShares::Cut MemoryShares::CutFor(int64_t wanted) const {
  for (size_t i = kClasses; i-- > 0;) {
    const int64_t sum = sums_[i].load(std::memory_order_relaxed);
    if (sum >= wanted && sum > 0) {
      return {i, static_cast<double>(wanted) / static_cast<double>(sum)};
    }
    wanted -= sum;
  }
  return {0, 1};
}

int64_t MemoryShares::held() const {
  int64_t held = 0;
  for (const auto& each : sums_) held += each.load(std::memory_order_relaxed);
  return held;
}

}  // namespace evenkeel::proxy
