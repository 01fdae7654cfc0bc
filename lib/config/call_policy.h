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
#include "lib/config/bounds.h"

namespace evenkeel::config {

/// Other attempts after one that failed (gRFC A6). `retry:` of a route.
struct Retry {
  /// The first one included. The bounds are gRPC's own.
  uint32_t attempts = 2;
  static constexpr WholeNumbers kAttempts{2, 5};
  /// gRPC names of the statuses that are tried again.
  std::vector<std::string> codes = {"UNAVAILABLE"};
  /// Before the second attempt, give or take a fifth.
  base::Duration initial_backoff = std::chrono::milliseconds(25);
  static constexpr Durations kInitialBackoff{std::chrono::milliseconds(1), std::chrono::minutes(1)};
  /// At least `initial_backoff`.
  base::Duration max_backoff = std::chrono::milliseconds(250);
  static constexpr Durations kMaxBackoff{std::chrono::milliseconds(1), std::chrono::hours(1)};
  /// A service config may have any above 0.
  double backoff_multiplier = 2;
  static constexpr Decimals kBackoffMultiplier{1, 10};
  /// For one attempt, until its first message. Nothing: the call's own deadline.
  std::optional<base::Duration> per_try_timeout;
  static constexpr Durations kPerTryTimeout{std::chrono::milliseconds(1), std::chrono::hours(1)};
  bool operator==(const Retry&) const = default;
};

/// Attempts side by side, the first good answer wins (gRFC A6). `hedging:` of a route.
struct Hedging {
  /// A share of the cluster's attempts that was faster, in percent.
  struct Percentile {
    uint32_t percent = 95;
    static constexpr WholeNumbers kPercent{50, 99};
    bool operator==(const Percentile&) const = default;
  };
  /// The first one included.
  uint32_t attempts = 2;
  static constexpr WholeNumbers kAttempts{2, 5};
  /// Between two attempts; 0: all at once.
  std::variant<base::Duration, Percentile> delay = Percentile{};
  static constexpr Durations kDelay{std::chrono::milliseconds(0), std::chrono::hours(1)};
  /// gRPC names of the statuses that do not end the call.
  std::vector<std::string> non_fatal_codes = {"UNAVAILABLE"};
  bool operator==(const Hedging&) const = default;
};

/// The tokens that a cluster's failures use up (gRFC A6). `retry_throttling:` of a cluster.
struct RetryThrottling {
  /// More than half of them must be there for a retry or hedge.
  double max_tokens = 100;
  static constexpr Decimals kMaxTokens{0.001, 1000};
  /// What a success wins back; a failure costs 1. With the default up to a fifth of
  /// the attempts may fail for good before retries stop.
  double token_ratio = 0.25;
  static constexpr Decimals kTokenRatio{0.001, 1000};
  bool operator==(const RetryThrottling&) const = default;
};

/// How much load retries and hedges may add to a cluster. `retry_budget:` of a cluster.
struct RetryBudget {
  /// Of the calls that may be retried or hedged.
  uint32_t percent = 20;
  static constexpr WholeNumbers kPercent{0, 100};
  /// Attempts that may be made beyond it before it has grown.
  uint32_t reserve = 100;
  static constexpr WholeNumbers kReserve{0, 100'000};
  bool operator==(const RetryBudget&) const = default;
};

/// What applies to a route's or a method's calls.
struct CallPolicy {
  /// Shortens the caller's deadline, or is the deadline of calls without one.
  std::optional<base::Duration> timeout;
  static constexpr Durations kTimeout{std::chrono::milliseconds(1), std::chrono::hours(24)};
  /// The longest that any call may last.
  std::optional<base::Duration> max_stream_duration;
  static constexpr Durations kMaxStreamDuration{std::chrono::milliseconds(100),
                                                std::chrono::hours(720)};
  /// The longest time without a byte of a message, either way.
  std::optional<base::Duration> idle_timeout;
  static constexpr Durations kIdleTimeout{std::chrono::milliseconds(100), std::chrono::hours(24)};
  /// One of the two at most.
  std::optional<Retry> retry;
  std::optional<Hedging> hedging;
  /// Whether a call waits for an endpoint where there is none, instead of failing.
  std::optional<bool> wait_for_ready;
  /// Bytes of one message, without its prefix, which has four bytes for them.
  std::optional<uint64_t> max_request_message;
  static constexpr Sizes kMaxRequestMessage{0, UINT32_MAX};
  std::optional<uint64_t> max_response_message;
  static constexpr Sizes kMaxResponseMessage{0, UINT32_MAX};
  bool operator==(const CallPolicy&) const = default;
};

}  // namespace evenkeel::config
