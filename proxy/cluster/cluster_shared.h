// ClusterShared: what the workers' sides of a cluster have in common: limits, counters and brakes,
// written on the path of calls without a lock. Made by main, which replaces a part when its
// settings change; calls that began with the former one keep it as long as they need it.
#pragma once

#include <memory>

#include "lib/telemetry/shed.h"
#include "pool/limits.h"
#include "proxy/cluster/adaptive_concurrency.h"
#include "proxy/cluster/retry_state.h"

namespace evenkeel::proxy {

struct ClusterShared {
  std::shared_ptr<pool::Limits> limits = std::make_shared<pool::Limits>();
  std::shared_ptr<AdaptiveConcurrency> concurrency{};  ///< null: the limits stay
  /// By telemetry::Shed.
  std::shared_ptr<telemetry::ShedCounters> shed = std::make_shared<telemetry::ShedCounters>();
  std::shared_ptr<RetryState> retries{};
};

}  // namespace evenkeel::proxy
