// Replica: a server as the simulator sees it: so many calls at once, the others wait in line.
//
// Knows calls by number and no time of its own; the Simulation moves calls in and out. Measures
// what a real server would report of itself (ORCA).
#pragma once

#include <array>
#include <cstdint>
#include <deque>

#include "sim/scenario.h"

namespace evenkeel::sim {

/// A server's load report, as values.
struct ReplicaLoad {
  float utilization = 0;
  float qps = 0;
  float eps = 0;
  float in_flight = 0;
  float latency_ms = 0;
};

/// What a measured run saw of one replica.
struct ReplicaStats {
  double utilization = 0;  ///< mean share of its slots that worked
  double queue = 0;        ///< mean calls waiting
  uint64_t max_queue = 0;
  uint64_t calls = 0;  ///< that reached it
};

class Replica {
 public:
  explicit Replica(const ReplicaGroup& group)
      : speed_(group.speed),
        concurrency_(group.concurrency),
        queue_limit_(group.queue),
        up_(group.up) {}

  // What changes do to it.
  void set_slow(double times) { slow_ = times; }
  void set_antagonist(double times) { antagonist_ = times; }
  void set_fixed(int64_t nanoseconds) { fixed_ = nanoseconds; }
  void set_fail_share(double share) { fail_share_ = share; }
  void set_black_hole(bool black_hole) { black_hole_ = black_hole; }
  void set_up(bool up) { up_ = up; }
  void AddStream(double cost) {
    streams_cost_ += cost;
    ++in_flight_;
  }
  void EndStream(double cost) {
    streams_cost_ -= cost;
    --in_flight_;
  }

  double slow() const { return slow_; }
  bool up() const { return up_; }
  bool black_hole() const { return black_hole_; }
  double fail_share() const { return fail_share_; }
  uint32_t concurrency() const { return concurrency_; }

  /// Nanoseconds that a call of `work` takes if it starts now.
  int64_t ServiceTime(int64_t work) const;

  enum class Accept { kStart, kWait, kRefuse };
  /// A call has arrived; kStart: it takes a slot, kWait: it is in line.
  Accept Add(uint32_t call, int64_t now);
  /// A call that had a slot is done; `latency` since it arrived, with `level` calls in flight then.
  void Done(int64_t now, int64_t latency, uint32_t level);
  /// The next call in line takes a slot, when there is one of each.
  bool TakeNext(uint32_t& call, int64_t now);
  /// A call failed at once.
  void Failed(int64_t now);
  /// All calls are lost; those in line are forgotten.
  void Clear(int64_t now);

  uint32_t in_flight() const { return in_flight_; }

  ReplicaLoad Load(int64_t now);

  void StartMeasuring(int64_t now);
  ReplicaStats Stats(int64_t now);

 private:
  static constexpr size_t kLevels = 512;

  void Integrate(int64_t now);
  void Roll(int64_t now);
  float LatencyAtLevel() const;

  const double speed_;
  const uint32_t concurrency_;
  const uint32_t queue_limit_;
  double slow_ = 1;
  double antagonist_ = 1;
  double streams_cost_ = 0;
  double fail_share_ = 0;
  int64_t fixed_ = 0;
  bool up_;
  bool black_hole_ = false;

  uint32_t busy_ = 0;
  uint32_t in_flight_ = 0;
  std::deque<uint32_t> waiting_;

  // Since StartMeasuring.
  int64_t measured_from_ = 0;
  int64_t integrated_to_ = 0;
  double busy_time_ = 0;
  double queue_time_ = 0;
  uint64_t max_queue_ = 0;
  uint64_t calls_ = 0;

  // For reports: the last full window, and the one that runs.
  int64_t window_from_ = 0;
  double window_busy_ = 0;
  double window_done_ = 0;
  double window_failed_ = 0;
  ReplicaLoad load_;
  std::array<uint32_t, kLevels> samples_at_{};
  std::array<float, kLevels> latency_at_{};  // moving averages by calls in flight on arrival
};

}  // namespace evenkeel::sim
