#include "proxy/call/admission.h"

#include <string>
#include <utility>

#include "lib/process/memory_guard.h"

namespace evenkeel::proxy {
namespace {

using rpc::StatusCode;

std::string Milliseconds(base::Duration duration) {
  return std::to_string(std::chrono::ceil<std::chrono::milliseconds>(duration).count());
}

Refusal Refuse(telemetry::Shed reason, StatusCode code, std::string text,
               std::optional<base::Duration> pushback = {}) {
  return {reason,
          {.status = {code, std::move(text)}, .cause = rpc::Cause::kShed, .pushback = pushback}};
}

Refusal OutOfMemory(const MemoryGuard& memory) {
  return Refuse(telemetry::Shed::kMemory, StatusCode::kResourceExhausted,
                "evenkeel has reached its memory_limit of " + std::to_string(memory.limit() >> 20) +
                    " MiB and accepts no new calls for now");
}

Refusal TooFast(const RouteTraffic& route, base::Duration wait) {
  std::string text = "the route's rate_limit is reached";
  if (!route.rate_limit_key.empty()) text += " for this " + route.rate_limit_key;
  text += "; the next call may start in " + Milliseconds(wait) + " ms";
  return Refuse(telemetry::Shed::kRateLimit, StatusCode::kResourceExhausted, std::move(text), wait);
}

// gRFC A32 has UNAVAILABLE for it.
Refusal TooMany(const Cluster& cluster) {
  const bool adaptive = cluster.concurrency() != nullptr;
  return Refuse(adaptive ? telemetry::Shed::kAdaptiveConcurrency : telemetry::Shed::kMaxCalls,
                StatusCode::kUnavailable,
                "cluster " + cluster.name() + " has all the " +
                    std::to_string(cluster.limits().calls.max()) + " calls in flight that " +
                    (adaptive ? "adaptive_concurrency allows for now" : "limits.max_calls allows"));
}

}  // namespace

std::optional<Refusal> Admit(const WorkerContext& context, const RouteTraffic& route,
                             const Cluster& cluster, const http2::HeaderList& request,
                             base::Permit& place) {
  if (context.memory != nullptr && context.memory->IsOver()) return OutOfMemory(*context.memory);
  if (route.rate_limit) {
    const auto key =
        route.rate_limit_key.empty() ? std::nullopt : request.Find(route.rate_limit_key);
    if (const auto wait = route.rate_limit->Take(key.value_or(""), context.loop.Now())) {
      return TooFast(route, *wait);
    }
  }
  if (cluster.limits().calls.max() == 0) return std::nullopt;
  place = base::Permit(cluster.limits().calls);
  if (!place) return TooMany(cluster);
  return std::nullopt;
}

}  // namespace evenkeel::proxy
