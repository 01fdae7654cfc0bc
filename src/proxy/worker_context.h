// WorkerContext: what everything on one worker shares. Outlives its calls and connections.
#pragma once

#include "base/random.h"
#include "net/event_loop.h"
#include "proxy/replay_memory.h"
#include "telemetry/worker_metrics.h"

namespace evenkeel::proxy {

struct WorkerContext {
  net::EventLoop& loop;
  base::Random& random;
  telemetry::WorkerMetrics& metrics;
  ReplayMemory replay_memory{};
};

}  // namespace evenkeel::proxy
