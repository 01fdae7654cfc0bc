// ProcessUsage: the share of this machine's CPU and memory that this process uses.
#pragma once

#include "lib/base/clock.h"

namespace evenkeel::backend {

/// Looks at most ten times a second, however often it is read; one thread.
class ProcessUsage {
 public:
  explicit ProcessUsage(const base::Clock& clock);

  struct Usage {
    double cpu = 0;     ///< of all CPUs, over the last look, 0 to 1
    double memory = 0;  ///< resident set over physical memory, 0 to 1
  };
  const Usage& Read();

 private:
  const base::Clock& clock_;
  base::Time looked_;
  base::Duration cpu_time_;
  Usage usage_;
};

}  // namespace evenkeel::backend
