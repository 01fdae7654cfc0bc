// RetryCounters: what became of one cluster's retries and hedges.
//
// Made and owned by Metrics; counted by all workers, at the end of attempts that failed and at
// hedges only, so they may share it. Any thread.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "lib/rpc/retry_sequence.h"
#include "lib/rpc/status.h"

namespace evenkeel::telemetry {

/// A number that several threads raise.
class SharedCounter {
 public:
  void Add(uint64_t amount = 1) { value_.fetch_add(amount, std::memory_order_relaxed); }
  uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<uint64_t> value_{0};
};

/// Which limit made a call's request too large to be kept for another attempt.
enum class ReplayLimit : uint8_t { kCall, kProcess };
inline constexpr size_t kReplayLimitCount = 2;

/// One number for people; `name` is empty where a group has one number only.
struct NamedCount {
  std::string group;  ///< "retries"
  std::string name;   ///< "UNAVAILABLE"
  uint64_t value;
};

struct RetryCounters {
  /// By the status of the attempt before.
  std::array<SharedCounter, rpc::kStatusCodeCount> retries;
  SharedCounter try_timeouts;  ///< of them: after per_try_timeout
  SharedCounter transparent;
  /// Attempts that a policy would have tried again, by what stood against it.
  std::array<SharedCounter, rpc::kNoRetryCount> refused;
  SharedCounter pushback_waits;
  SharedCounter pushback_stops;
  SharedCounter hedges;         ///< sent
  SharedCounter hedges_won;     ///< their answer went to the client
  SharedCounter hedges_wasted;  ///< another attempt's answer did, or none
  std::array<SharedCounter, kReplayLimitCount> replay_overflows;

  /// All of them, those in groups only where something was counted.
  std::vector<NamedCount> Named() const;
};

}  // namespace evenkeel::telemetry
