// Shed: why a call was refused to protect what it was for. A small closed set, so that it can be a
// label value. Values only.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace evenkeel::telemetry {

enum class Shed : uint8_t {
  kMemory,               ///< memory_limit
  kRateLimit,            ///< rate_limit of the route
  kMaxCalls,             ///< limits.max_calls
  kAdaptiveConcurrency,  ///< adaptive_concurrency
  kEndpointMaxCalls,     ///< limits.endpoint.max_calls of each endpoint that could take it
  kMaxPendingCalls,      ///< max_pending_calls, of the cluster or an endpoint
};

inline constexpr size_t kShedCount = static_cast<size_t>(Shed::kMaxPendingCalls) + 1;

/// "memory", "rate_limit", …: the `reason` label.
std::string_view ShedName(Shed shed);

/// One cluster's. Any thread.
class ShedCounters {
 public:
  void Add(Shed reason) { At(reason).fetch_add(1, std::memory_order_relaxed); }
  /// A stream was ended to be opened anew elsewhere.
  void AddMoved() { moved_.fetch_add(1, std::memory_order_relaxed); }
  uint64_t moved() const { return moved_.load(std::memory_order_relaxed); }
  uint64_t value(Shed reason) const {
    return counts_[static_cast<size_t>(reason)].load(std::memory_order_relaxed);
  }

 private:
  std::atomic<uint64_t>& At(Shed reason) { return counts_[static_cast<size_t>(reason)]; }

  std::array<std::atomic<uint64_t>, kShedCount> counts_{};
  std::atomic<uint64_t> moved_{0};
};

}  // namespace evenkeel::telemetry
