// RetryState: what a cluster's calls share about their retries and hedges, over all workers.
#pragma once

#include <optional>

#include "rpc/retry_sequence.h"
#include "telemetry/retry_counters.h"

namespace evenkeel::proxy {

struct RetryState {
  explicit RetryState(telemetry::RetryCounters& counters) : counters(counters) {}

  rpc::RetryBrakes brakes() {
    return {throttle ? &*throttle : nullptr, budget ? &*budget : nullptr};
  }

  std::optional<rpc::RetryThrottle> throttle;
  std::optional<rpc::RetryBudget> budget;
  telemetry::RetryCounters& counters;
};

}  // namespace evenkeel::proxy
