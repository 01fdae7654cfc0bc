// LoadMeter: how busy this replica has been of late: calls and errors a second, slots in use.
//
// Each figure is a mean over the past, weighted by exp(-age / kMemory), so it needs no buckets and
// no timer; while the meter is younger than that, it is the mean since the start. One thread.
#pragma once

#include <cstddef>
#include <cstdint>

#include "lib/base/clock.h"

namespace evenkeel::backend {

class LoadMeter {
 public:
  /// Short enough to follow a demo, long enough that 100 calls/s are measured to about 5 %.
  static constexpr std::chrono::seconds kMemory{2};

  struct Load {
    double calls_per_second = 0;
    double errors_per_second = 0;
    /// Share of the slots in use, 0 to 1; 0 without a limit on slots.
    double utilization = 0;
  };

  /// `slots` 0: no limit. The clock must outlive the meter.
  LoadMeter(const base::Clock& clock, uint32_t slots);

  void CallStarted();
  void CallFailed();
  /// From now on, this many slots are in use.
  void BusyChanged(size_t busy);

  Load Read();

 private:
  // Brings all means up to now; returns the weight of the past since the start, 0 to 1.
  double Age();

  const base::Clock& clock_;
  const uint32_t slots_;
  const base::Time start_;
  base::Time last_;
  double calls_ = 0;   // a second, to be divided by the weight
  double errors_ = 0;  // likewise
  double busy_mean_ = 0;
  double busy_ = 0;
};

}  // namespace evenkeel::backend
