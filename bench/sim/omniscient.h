// Omniscient: the reference that sends each call where it would finish first. It knows each
// replica's speed, everything on its way there, and how much work each call is. No balancer can.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/replica.h"
#include "sim/scenario.h"

namespace evenkeel::sim {

class Omniscient {
 public:
  /// `guess`: 0, or what it takes each call's work for when it chooses, for a reference that knows
  /// the replicas but not the calls.
  Omniscient(const std::vector<Replica>& replicas, int64_t guess);

  /// The replica where a call of `work` that reaches any of them at `arrival` is done first, or
  /// replicas.size() when none can do it. Counts the call as on its way there.
  uint32_t Pick(int64_t work, int64_t arrival);

  /// A replica's speed has changed by this factor: what is on its way takes as much longer.
  void Stretch(uint32_t replica, double times, int64_t now);

 private:
  const std::vector<Replica>& replicas_;
  const int64_t guess_;
  std::vector<std::vector<int64_t>> free_;  // by replica: when its slots are free, a heap
  std::vector<int64_t> first_;              // by replica: when the first one is
};

}  // namespace evenkeel::sim
