// WorkerContext: what everything on one worker shares. Outlives its calls and connections.
#pragma once

#include <memory>

#include "lib/authz/caller_cache.h"
#include "lib/base/random.h"
#include "lib/net/event_loop.h"
#include "lib/process/memory_guard.h"
#include "lib/telemetry/call_record.h"
#include "lib/telemetry/worker_metrics.h"
#include "proxy/call/health_service.h"
#include "proxy/call/replay_memory.h"

namespace evenkeel::proxy {

class Mirrors;

struct WorkerContext {
  net::EventLoop& loop;
  base::Random& random;
  telemetry::WorkerMetrics& metrics;
  ReplayMemory replay_memory{};
  MemoryGuard* memory = nullptr;       ///< null: no limit
  std::shared_ptr<Mirrors> mirrors{};  ///< made with the first copy
  HealthService health{};
  authz::CallerCache callers{};
  telemetry::CallSink* sink = nullptr;  ///< hears of each call; null: nothing does
};

}  // namespace evenkeel::proxy
