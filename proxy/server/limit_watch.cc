#include "proxy/server/limit_watch.h"

#include <chrono>
#include <utility>

#include "lib/rpc/retry_brakes.h"

namespace evenkeel::proxy {
namespace {

using rpc::NoRetry;
using telemetry::Event;
using telemetry::Shed;

// But for memory, which is the process's and has events of its own.
constexpr std::array kLimits = {Shed::kRateLimit, Shed::kMaxCalls, Shed::kAdaptiveConcurrency,
                                Shed::kEndpointMaxCalls, Shed::kMaxPendingCalls};
constexpr std::array kBrakes = {NoRetry::kTokens, NoRetry::kBudget, NoRetry::kLimit};

}  // namespace

LimitWatch::LimitWatch(std::string cluster, std::shared_ptr<const telemetry::ShedCounters> shed,
                       const telemetry::RetryCounters& retries, telemetry::Log& log)
    : cluster_(std::move(cluster)), shed_(std::move(shed)), retries_(retries), log_(log) {
  for (const Shed each : kLimits) shed_bouts_[static_cast<size_t>(each)].count = Count(each);
  for (const NoRetry each : kBrakes) retry_bouts_[static_cast<size_t>(each)].count = Count(each);
}

void LimitWatch::Look(base::Time now) {
  constexpr Kind kCalls{Event::kLimitReached, Event::kLimitOver, "limit"};
  constexpr Kind kRetries{Event::kRetriesHeldBack, Event::kRetriesFree, "brake"};
  for (const Shed each : kLimits) {
    Look(shed_bouts_[static_cast<size_t>(each)], Count(each), now, kCalls,
         telemetry::ShedName(each));
  }
  for (const NoRetry each : kBrakes) {
    Look(retry_bouts_[static_cast<size_t>(each)], Count(each), now, kRetries,
         rpc::NoRetryName(each));
  }
}

void LimitWatch::Look(Bout& bout, uint64_t count, base::Time now, const Kind& kind,
                      std::string_view name) {
  const uint64_t before = std::exchange(bout.count, count);
  if (count != before) bout.last = now;
  if (count != before && !bout.since) {
    bout.since = now;
    bout.count_before = before;
    log_.Tell(kind.begun, {{"cluster", cluster_}, {kind.label, name}, {"refused", count - before}});
  } else if (bout.since && now - bout.last >= kQuiet) {
    const auto time = std::chrono::floor<std::chrono::seconds>(bout.last - *bout.since);
    log_.Tell(kind.over, {{"cluster", cluster_},
                          {kind.label, name},
                          {"refused", count - bout.count_before},
                          {"seconds", time.count()}});
    bout.since.reset();
  }
}

}  // namespace evenkeel::proxy
