// LatencyWindow: percentiles of recent latencies, for hedging after the delay that most attempts
// stay below. Two halves of counts by size, the older dropped when the newer is full, so it follows
// a change within kHalf attempts. Used on one thread; 1 KiB.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "lib/base/clock.h"

namespace evenkeel::rpc {

class LatencyWindow {
 public:
  static constexpr uint32_t kEnough = 100;  ///< latencies before there is a percentile
  static constexpr uint32_t kHalf = 2000;   ///< latencies in a half

  void Add(base::Duration latency);
  /// What `percent` of the latencies are below, at most an eighth too high; nothing before there
  /// were kEnough. 1 to 99.
  std::optional<base::Duration> Percentile(uint32_t percent) const;

 private:
  static constexpr size_t kBuckets = 256;  // eight for each doubling, from 1 µs to over an hour
  using Counts = std::array<uint16_t, kBuckets>;

  Counts counts_{};  // of both halves
  Counts older_{};
  uint32_t newer_count_ = 0;
  uint32_t older_count_ = 0;
};

}  // namespace evenkeel::rpc
