// RetrySequence: whether and when a call is tried again after an attempt has ended (gRFC A6). Pure:
// the time and chance are handed in.
//
// Part of one call, with its counts; tokens and budget are its cluster's. Each rule of A6 has a
// test of its own in retry_sequence_test.cc.
#pragma once

#include <cstdint>
#include <optional>

#include "lib/base/clock.h"
#include "lib/base/limit.h"
#include "lib/base/random.h"
#include "lib/rpc/outcome.h"
#include "lib/rpc/retry_budget.h"
#include "lib/rpc/retry_throttle.h"

namespace evenkeel::rpc {

/// The most attempts that one call may have, whatever is configured (gRFC A6).
inline constexpr int kMaxAttempts = 5;

/// A method's rules for retries.
struct RetryPolicy {
  int max_attempts = 2;  ///< the first included; 2 to kMaxAttempts
  StatusSet codes;
  base::Duration initial_backoff = std::chrono::milliseconds(25);
  base::Duration max_backoff = std::chrono::milliseconds(250);
  double multiplier = 2;
  std::optional<base::Duration> per_try_timeout;
};

/// A cluster's brakes; null where it has none.
struct RetryBrakes {
  RetryThrottle* throttle = nullptr;
  RetryBudget* budget = nullptr;
  base::Limit* at_once = nullptr;  ///< calls that have more than one attempt
};

/// Why there is no other attempt.
enum class NoRetry : uint8_t {
  kFinal,      ///< the status is none to be tried again, or there is no policy
  kCommitted,  ///< the client has seen something of the answer, or the request is kept no longer
  kAttempts,   ///< there were as many as there may be
  kPushback,   ///< the endpoint asked for no more
  kTokens,     ///< too many failures of late (RetryThrottle)
  kBudget,     ///< too many retries of late (RetryBudget)
  kLimit,      ///< as many calls are being tried again as may be at once
  kDeadline,   ///< the back-off would outlast the deadline
};
inline constexpr int kNoRetryCount = 8;
/// "tokens", …: a label of metrics.
std::string_view NoRetryName(NoRetry reason);

struct RetryDecision {
  enum class Kind : uint8_t {
    kTransparent,  ///< at once, and it does not count
    kRetry,        ///< after `delay`
    kNo,
  };
  Kind kind = Kind::kNo;
  base::Duration delay{};
  NoRetry why = NoRetry::kFinal;
};

class RetrySequence {
 public:
  enum class Committed : bool { kNo, kYes };
  struct Moment {
    base::Time now;
    std::optional<base::Time> deadline;
    Committed committed = Committed::kNo;
  };

  /// What `policy` allows, null for transparent retries alone. `client_attempts`: what the client
  /// says to have tried before, by `grpc-previous-rpc-attempts`; it counts.
  void Begin(const RetryPolicy* policy, RetryBrakes brakes, int client_attempts);
  /// An attempt has ended. Counts what it teaches, also where there is no other attempt.
  RetryDecision Next(const AttemptOutcome& end, const Moment& moment, base::Random& random);
  /// An attempt beside the others (HedgePlan) counts too.
  void CountHedge() { ++previous_attempts_; }
  /// Whether the call may have more than one attempt now, as far as other calls are concerned; it
  /// then may as long as this lives.
  bool TakePlace() {
    if (brakes_.at_once != nullptr && !place_) place_ = base::Permit(*brakes_.at_once);
    return brakes_.at_once == nullptr || place_;
  }
  const RetryBrakes& brakes() const { return brakes_; }
  /// Attempts that counted before the current one, the client's included:
  /// `grpc-previous-rpc-attempts`.
  int previous_attempts() const { return previous_attempts_; }

 private:
  RetryDecision NextCounted(const AttemptOutcome& end, const Moment& moment, base::Random& random);
  base::Duration Backoff(const Pushback& pushback, base::Random& random);

  const RetryPolicy* policy_ = nullptr;
  RetryBrakes brakes_;
  base::Permit place_;
  int previous_attempts_ = 0;
  double backoff_ = 0;    // the next one in nanoseconds, before jitter; 0: start over
  bool refused_ = false;  // the one transparent retry after a refusal is used up
};

}  // namespace evenkeel::rpc
