// Stage: one of the things that a route does with each of its calls before it goes to an endpoint.
//
// A route holds its stages in one piece of memory, in the order in which a call takes them; what a
// stage keeps of one call is StageRun's. A new kind is a type here, a place in RouteTraffic's list
// and a function in StageRun. Immutable and shared by all workers, but for the buckets of the rate
// limit, which count for them all.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <variant>

#include "lib/config/traffic.h"
#include "proxy/route/fault_injection.h"
#include "proxy/route/rate_limit.h"

namespace evenkeel::proxy {

class AccessRules;

/// Refuses calls while the process is at its memory_limit.
struct MemoryGate {};

/// Refuses calls that the rules do not let their callers make.
using AccessGate = std::shared_ptr<const AccessRules>;

/// Refuses calls that come faster than `limit` allows.
struct RateGate {
  std::shared_ptr<RateLimit> limit;  ///< not null
  std::string key;                   ///< metadata; empty: one limit for all
};

/// Refuses calls above what their cluster may have in flight: limits.max_calls, or what
/// adaptive_concurrency has found. Who passes has a place until the call's end.
struct ClusterGate {};

/// Delays and aborts calls on purpose.
using FaultStage = std::shared_ptr<const FaultInjection>;

/// Changes a call's metadata.
struct RequestEdits {
  config::HeaderEdits edits;
};

/// Sends copies of a share of the calls to another cluster.
struct MirrorStage {
  size_t cluster;     ///< its place among the clusters
  double percentage;  ///< of the calls
};

using Stage = std::variant<MemoryGate, AccessGate, RateGate, ClusterGate, FaultStage, RequestEdits,
                           MirrorStage>;

}  // namespace evenkeel::proxy
