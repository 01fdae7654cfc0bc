#include "lib/rpc/retry_throttle.h"

#include <algorithm>
#include <cmath>

namespace evenkeel::rpc {

RetryThrottle::RetryThrottle(double max_tokens, double token_ratio)
    : max_(std::llround(max_tokens * kToken)),
      ratio_(static_cast<int64_t>(token_ratio * kToken + 1e-6)),
      tokens_(max_) {}

void RetryThrottle::Change(int64_t by) {
  int64_t before = tokens_.load(std::memory_order_relaxed);
  while (!tokens_.compare_exchange_weak(before, std::clamp<int64_t>(before + by, 0, max_),
                                        std::memory_order_relaxed)) {
  }
}

}  // namespace evenkeel::rpc
