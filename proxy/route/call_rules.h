// CallRules: a route's or method's CallPolicy as calls use it: statuses as sets, no names. Part of
// the RouteTable, so immutable and shared by all workers.
#pragma once

#include <optional>
#include <variant>

#include "lib/config/call_policy.h"
#include "lib/rpc/hedge_plan.h"
#include "lib/rpc/retry_sequence.h"

namespace evenkeel::proxy {

struct CallRules {
  struct Hedging {
    rpc::HedgingPolicy policy;
    std::variant<base::Duration, config::Hedging::Percentile> delay;
  };

  CallRules() = default;
  explicit CallRules(const config::CallPolicy& policy);

  std::optional<base::Duration> timeout;
  std::optional<base::Duration> max_stream_duration;
  std::optional<base::Duration> idle_timeout;
  std::optional<rpc::RetryPolicy> retry;
  std::optional<Hedging> hedging;
  bool wait_for_ready = false;
  std::optional<uint64_t> max_request_message;
  std::optional<uint64_t> max_response_message;

  /// Whether a status may lead to another attempt.
  bool repeats() const { return retry || hedging; }
};

}  // namespace evenkeel::proxy
