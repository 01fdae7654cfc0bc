// RetryState: what a cluster's calls share about their retries and hedges, over all workers.
#pragma once

#include <memory>
#include <optional>
#include <utility>

#include "lib/base/local_ptr.h"
#include "lib/rpc/retry_sequence.h"
#include "lib/telemetry/retry_counters.h"
#include "pool/limits.h"

namespace evenkeel::proxy {

struct RetryState {
  /// `limits`: the cluster's.
  explicit RetryState(telemetry::RetryCounters& counters,
                      std::shared_ptr<pool::Limits> limits = std::make_shared<pool::Limits>())
      : limits(std::move(limits)), counters(counters) {}

  rpc::RetryBrakes::Shared brakes() {
    return {throttle ? &*throttle : nullptr, budget ? &*budget : nullptr,
            limits->retries.max() > 0 ? &limits->retries : nullptr};
  }

  std::shared_ptr<pool::Limits> limits;
  std::optional<rpc::RetryThrottle> throttle;
  std::optional<rpc::RetryBudget> budget;
  telemetry::RetryCounters& counters;
};

/// One worker's share of it, which each call that may be tried again holds to its end: the brakes
/// it began with stay for it after a reload, and no longer.
struct RetryShare final : base::LocalCounted {
  explicit RetryShare(std::shared_ptr<RetryState> state) : state(std::move(state)) {}
  const std::shared_ptr<RetryState> state;
};

}  // namespace evenkeel::proxy
