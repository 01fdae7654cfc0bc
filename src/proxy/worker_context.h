// WorkerContext: what everything on one worker shares. Outlives its calls and connections.
#pragma once

#include <memory>
#include <unordered_map>

#include "base/random.h"
#include "net/event_loop.h"
#include "proxy/health_service.h"
#include "proxy/memory_guard.h"
#include "proxy/replay_memory.h"
#include "telemetry/worker_metrics.h"

namespace evenkeel::proxy {

class MirroredCall;

struct WorkerContext {
  net::EventLoop& loop;
  base::Random& random;
  telemetry::WorkerMetrics& metrics;
  ReplayMemory replay_memory{};
  const MemoryGuard* memory = nullptr;  ///< null: no limit
  std::unordered_map<const MirroredCall*, std::shared_ptr<MirroredCall>> mirrored{};
  HealthService health{};
};

}  // namespace evenkeel::proxy
