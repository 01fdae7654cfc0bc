// ConcurrencyGradient: how many calls at once a cluster does best with, from how long they take.
//
// While calls queue somewhere behind us, latency stands above the baseline, its least, and the
// limit shrinks by their ratio; otherwise it grows by its square root (Netflix, concurrency-limits;
// the idea is TCP Vegas's). The baseline grows old: each time, for two windows, the limit goes down
// to what is in flight without a queue, and the latency of the second is the new baseline. That
// costs a tenth of a window's calls, where measuring at a limit of a few would refuse nearly all.
//
//   kRunning ──baseline is old──> kEmptying ──a window──> kMeasuring ──a window──> kRunning
// Pure; one for a cluster.
#pragma once

#include <cstdint>

#include "lib/base/clock.h"
#include "lib/config/traffic.h"

namespace evenkeel::proxy {

class ConcurrencyGradient {
 public:
  using Settings = config::AdaptiveConcurrency;
  /// Whether all places were taken at some time of the window: else more of them say nothing.
  enum class Demand : bool { kBelowLimit, kAtLimit };

  ConcurrencyGradient(const Settings& settings, base::Time now);

  /// Calls at once until the next window's end.
  uint32_t limit() const { return static_cast<uint32_t>(limit_); }
  /// The least latency known; 0: none yet.
  base::Duration baseline() const { return baseline_; }
  /// A window has ended in which calls typically took `latency`.
  void OnWindow(base::Time now, base::Duration latency, Demand demand);

 private:
  enum class State { kRunning, kEmptying, kMeasuring };

  void SetLimit(double limit);
  void Follow(base::Duration latency, Demand demand);
  void Empty(base::Duration latency);
  void EndMeasuring(base::Time now, base::Duration latency);

  const Settings settings_;
  State state_ = State::kRunning;
  double limit_;
  double limit_before_ = 0;  // emptying
  base::Duration baseline_{};
  base::Time baseline_due_;
};

}  // namespace evenkeel::proxy
