// OutcomeCounters: how the attempts on one endpoint ended, counted by all workers without a lock.
//
// Every count only goes up (but the run of failures): who sweeps keeps the last Snapshot and takes
// differences, so there is nothing to swap and no count is lost between two sweeps. Shared by the
// workers, which write, and main, which reads.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "lib/base/clock.h"
#include "lib/rpc/outcome.h"

namespace evenkeel::health {

// On cache lines of its own: endpoints must not slow each other down.
class alignas(64) OutcomeCounters {
 public:
  /// Four buckets to each doubling up to over a minute, below 64 µs steps of 16 µs: p90 is at most
  /// a quarter or such a step too high.
  static constexpr size_t kLatencyBuckets = 84;

  struct Snapshot {
    uint32_t successes = 0;
    uint32_t failures = 0;
    std::array<uint32_t, rpc::kStatusCodeCount> failures_by_status{};
    std::array<uint32_t, kLatencyBuckets> latency{};

    uint32_t volume() const { return successes + failures; }
    /// What came after `earlier`.
    Snapshot Since(const Snapshot& earlier) const;
    /// The latency that nine of ten attempts did not exceed, rounded up to a bucket's bound.
    /// Precondition: volume() > 0.
    base::Duration P90() const;
  };

  /// `threshold`: a run of failures of this length, and of each multiple, is reported. 0: never.
  explicit OutcomeCounters(uint32_t threshold) : threshold_(threshold) {}

  /// Any thread. True when the run of failures has reached the threshold: tell main.
  bool Record(rpc::Verdict verdict, rpc::StatusCode status, base::Duration latency);
  /// Main: another threshold from now on.
  void set_threshold(uint32_t threshold) { threshold_.store(threshold, std::memory_order_relaxed); }
  /// Starts a new run of failures.
  void ResetRun() { run_.store(0, std::memory_order_relaxed); }

  /// Failures since the last success.
  uint32_t run() const { return run_.load(std::memory_order_relaxed); }
  Snapshot Read() const;

 private:
  using Count = std::atomic<uint32_t>;

  Count threshold_;
  Count run_{0};
  Count successes_{0};
  std::array<Count, rpc::kStatusCodeCount> failures_{};
  std::array<Count, kLatencyBuckets> latency_{};
};

}  // namespace evenkeel::health
