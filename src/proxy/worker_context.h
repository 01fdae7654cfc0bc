// WorkerContext: what everything on one worker shares. Outlives its calls and connections.
#pragma once

#include <memory>
#include <vector>

#include "base/random.h"
#include "net/event_loop.h"
#include "proxy/cluster.h"
#include "telemetry/worker_metrics.h"

namespace evenkeel::proxy {

struct WorkerContext {
  net::EventLoop& loop;
  base::Random& random;
  telemetry::WorkerMetrics& metrics;
  std::vector<std::unique_ptr<Cluster>> clusters;  ///< in the configuration's order
};

}  // namespace evenkeel::proxy
