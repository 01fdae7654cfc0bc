// Admission: whether a call may start at all, and what it is told if not.
//
// A call that is not let in is answered at once, is not tried again by us, and counts as shed. In
// the order of the checks: the process's memory, the route's rate limit, the cluster's calls.
#pragma once

#include <optional>

#include "lib/base/limit.h"
#include "lib/http/header_list.h"
#include "lib/telemetry/shed.h"
#include "proxy/call/final_status.h"
#include "proxy/call/worker_context.h"
#include "proxy/cluster/cluster.h"
#include "proxy/route/route_traffic.h"

namespace evenkeel::proxy {

/// What a call is told that is not let in.
struct Refusal {
  telemetry::Shed reason;
  FinalStatus status;
};

/// Nothing: the call may start, and `place` holds its place in its cluster.
std::optional<Refusal> Admit(const WorkerContext& context, const RouteTraffic& route,
                             const Cluster& cluster, const http2::HeaderList& request,
                             base::Permit& place);

}  // namespace evenkeel::proxy
