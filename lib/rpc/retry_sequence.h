// RetrySequence: whether and when a call is tried again after an attempt has ended (gRFC A6). Pure:
// the time and chance are handed in.
//
// Part of one call, with its counts; tokens and budget are its cluster's. Each rule of A6 has a
// test of its own in retry_sequence_test.cc.
#pragma once

#include <cstdint>
#include <optional>

#include "lib/base/clock.h"
#include "lib/base/random.h"
#include "lib/rpc/outcome.h"
#include "lib/rpc/retry_brakes.h"

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
  void Begin(const RetryPolicy* policy, const RetryBrakes::Shared& brakes, int client_attempts);
  /// An attempt has ended. Counts what it teaches, also where there is no other attempt.
  RetryDecision Next(const AttemptOutcome& end, const Moment& moment, base::Random& random);
  /// An attempt beside the others (HedgePlan) counts too.
  void CountHedge() { ++previous_attempts_; }
  /// What an attempt beside the others has to ask.
  RetryBrakes& brakes() { return brakes_; }
  /// Attempts that counted before the current one, the client's included:
  /// `grpc-previous-rpc-attempts`.
  int previous_attempts() const { return previous_attempts_; }

 private:
  RetryDecision NextCounted(const AttemptOutcome& end, const Moment& moment, base::Random& random);
  base::Duration Backoff(const Pushback& pushback, base::Random& random);

  const RetryPolicy* policy_ = nullptr;
  RetryBrakes brakes_;
  int previous_attempts_ = 0;
  double backoff_ = 0;    // the next one in nanoseconds, before jitter; 0: start over
  bool refused_ = false;  // the one transparent retry after a refusal is used up
};

}  // namespace evenkeel::rpc
