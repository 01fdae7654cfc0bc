// What a call may take and ask for: deadlines, retries, hedging, waiting, message sizes.
//
// Plain values. A route has one of them, and so has each method of a service config (gRFC A2): one
// form, two spellings. What is absent is not limited or not done.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "lib/base/clock.h"

namespace evenkeel::config {

/// Other attempts after one that failed (gRFC A6). `retry:` of a route.
struct Retry {
  /// The first one included. 2 to 5: gRPC's own limit.
  uint32_t attempts = 2;
  /// gRPC names of the statuses that are tried again.
  std::vector<std::string> codes = {"UNAVAILABLE"};
  /// Before the second attempt, give or take a fifth. 1 ms to 1 min.
  base::Duration initial_backoff = std::chrono::milliseconds(25);
  /// `initial_backoff` to 1 h.
  base::Duration max_backoff = std::chrono::milliseconds(250);
  /// 1 to 10 in YAML; gRPC allows any above 0.
  double backoff_multiplier = 2;
  /// For one attempt, until its first message. 1 ms to 1 h. Nothing: the call's own deadline.
  std::optional<base::Duration> per_try_timeout;
  bool operator==(const Retry&) const = default;
};

/// Attempts side by side, the first good answer wins (gRFC A6). `hedging:` of a route.
struct Hedging {
  /// A share of the cluster's attempts that was faster, in percent.
  struct Percentile {
    uint32_t percent = 95;
    bool operator==(const Percentile&) const = default;
  };
  /// The first one included. 2 to 5.
  uint32_t attempts = 2;
  /// Between two attempts; 0: all at once.
  std::variant<base::Duration, Percentile> delay = Percentile{};
  /// gRPC names of the statuses that do not end the call.
  std::vector<std::string> non_fatal_codes = {"UNAVAILABLE"};
  bool operator==(const Hedging&) const = default;
};

/// The tokens that a cluster's failures use up (gRFC A6). `retry_throttling:` of a cluster.
struct RetryThrottling {
  /// More than half of them must be there for a retry or hedge. Above 0, up to 1,000.
  double max_tokens = 100;
  /// What a success wins back; a failure costs 1. 0.001 to 1,000. With the default up to a fifth of
  /// the attempts may fail for good before retries stop.
  double token_ratio = 0.25;
  bool operator==(const RetryThrottling&) const = default;
};

/// How much load retries and hedges may add to a cluster. `retry_budget:` of a cluster.
struct RetryBudget {
  /// Of the calls that may be retried or hedged. 0 to 100.
  uint32_t percent = 20;
  /// Attempts that may be made beyond it before it has grown. 0 to 100,000.
  uint32_t reserve = 100;
  bool operator==(const RetryBudget&) const = default;
};

/// What applies to a route's or a method's calls.
struct CallPolicy {
  /// Shortens the caller's deadline, or is the deadline of calls without one. 1 ms to 24 h.
  std::optional<base::Duration> timeout;
  /// The longest that any call may last. 100 ms to 30 days (720 h).
  std::optional<base::Duration> max_stream_duration;
  /// The longest time without a byte of a message, either way. 100 ms to 24 h.
  std::optional<base::Duration> idle_timeout;
  /// One of the two at most.
  std::optional<Retry> retry;
  std::optional<Hedging> hedging;
  /// Whether a call waits for an endpoint where there is none, instead of failing.
  std::optional<bool> wait_for_ready;
  /// Bytes of one message, without its prefix.
  std::optional<uint64_t> max_request_message;
  std::optional<uint64_t> max_response_message;
  bool operator==(const CallPolicy&) const = default;
};

}  // namespace evenkeel::config
