#include "lib/telemetry/retry_metrics.h"

#include "lib/telemetry/samples.h"

namespace evenkeel::telemetry {
namespace {

using rpc::NoRetry;

// What is no failure to be retried, or no limit of ours, is not counted as a refusal.
constexpr std::array kRefusals = {NoRetry::kCommitted, NoRetry::kAttempts, NoRetry::kPushback,
                                  NoRetry::kTokens,    NoRetry::kBudget,   NoRetry::kLimit,
                                  NoRetry::kDeadline};

double Value(const SharedCounter& counter) { return static_cast<double>(counter.value()); }

}  // namespace

std::vector<NamedCount> RetryCounters::Named() const {
  std::vector<NamedCount> counts;
  const auto add = [&counts](const char* group, std::string_view name, const SharedCounter& count) {
    if (count.value() > 0) counts.push_back({group, std::string(name), count.value()});
  };
  for (size_t i = 0; i < retries.size(); ++i) {
    add("retries", rpc::StatusName(static_cast<rpc::StatusCode>(i)), retries[i]);
  }
  for (const NoRetry why : kRefusals) {
    add("retries_refused", rpc::NoRetryName(why), refused[static_cast<size_t>(why)]);
  }
  add("pushbacks", "wait", pushback_waits);
  add("pushbacks", "stop", pushback_stops);
  add("replay_overflows", "call", replay_overflows[0]);
  add("replay_overflows", "process", replay_overflows[1]);
  counts.push_back({"transparent_retries", "", transparent.value()});
  counts.push_back({"try_timeouts", "", try_timeouts.value()});
  counts.push_back({"hedges", "", hedges.value()});
  counts.push_back({"hedges_won", "", hedges_won.value()});
  counts.push_back({"hedges_wasted", "", hedges_wasted.value()});
  return counts;
}

void RetryMetrics::Collect(std::vector<MetricFamily>& families) const {
  MetricFamily retries = CounterFamily("evenkeel_client_call_retries_total",
                                       "Attempts made again by a policy, by the status before.");
  MetricFamily timeouts = CounterFamily("evenkeel_client_call_try_timeouts_total",
                                        "Of them, those after per_try_timeout.");
  MetricFamily refused =
      CounterFamily("evenkeel_client_call_retries_refused_total",
                    "Attempts that the policy would have made again, by what forbade it.");
  MetricFamily pushbacks = CounterFamily("evenkeel_client_call_pushbacks_total",
                                         "Answers with grpc-retry-pushback-ms, by what it said.");
  MetricFamily hedges = CounterFamily("evenkeel_client_call_hedges_total",
                                      "Attempts sent beside another of the same call.");
  MetricFamily won = CounterFamily("evenkeel_client_call_hedges_won_total",
                                   "Of them, those whose answer the client got.");
  MetricFamily wasted = CounterFamily("evenkeel_client_call_hedges_wasted_total",
                                      "Of them, those whose answer was not needed.");
  MetricFamily overflows =
      CounterFamily("evenkeel_client_call_replay_overflows_total",
                    "Calls whose request grew too large to be kept, by whose limit.");
  for (const auto& [name, counters] : clusters_) {
    const Labels labels = {{"cluster", name}};
    for (size_t i = 0; i < counters.retries.size(); ++i) {
      AddIfCounted(retries, labels, "reason", rpc::StatusName(static_cast<rpc::StatusCode>(i)),
                   Value(counters.retries[i]));
    }
    AddCounter(timeouts, labels, Value(counters.try_timeouts));
    for (const NoRetry why : kRefusals) {
      AddIfCounted(refused, labels, "reason", rpc::NoRetryName(why),
                   Value(counters.refused[static_cast<size_t>(why)]));
    }
    AddIfCounted(pushbacks, labels, "kind", "wait", Value(counters.pushback_waits));
    AddIfCounted(pushbacks, labels, "kind", "stop", Value(counters.pushback_stops));
    AddCounter(hedges, labels, Value(counters.hedges));
    AddCounter(won, labels, Value(counters.hedges_won));
    AddCounter(wasted, labels, Value(counters.hedges_wasted));
    AddIfCounted(overflows, labels, "limit", "call", Value(counters.replay_overflows[0]));
    AddIfCounted(overflows, labels, "limit", "process", Value(counters.replay_overflows[1]));
  }
  for (MetricFamily* each :
       {&retries, &timeouts, &refused, &pushbacks, &hedges, &won, &wasted, &overflows}) {
    families.push_back(std::move(*each));
  }
}

}  // namespace evenkeel::telemetry
