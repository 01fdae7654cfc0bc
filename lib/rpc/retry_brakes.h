// RetryBrakes: what one more attempt of a call costs its cluster, be it a retry or a hedge, and
// whether it may be had.
//
// Whoever would send one first asks its own rules (gRFC A6): that the status is one to be tried
// again, that nothing of the answer has gone to the client, that there are attempts left, that the
// endpoint has not asked for no more, and that there is time. Then Take asks, in this order:
//   1. Tokens (A6, "Throttling Retry Attempts and Hedged RPCs"): more than half must be there. None
//      is taken: failures use them up and successes win them back, whoever asks.
//   2. The budget: one attempt of it is taken, for good.
//   3. A place among the calls that may be tried again at once. The first attempt beside or after
//      another takes it, the others of the call share it, and the call keeps it to its end.
// The dearest comes last, and nothing is kept when a later one refuses: a budget must not be used
// up by calls that find no place.
//
// Part of one call; what it takes from is its cluster's.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "lib/base/limit.h"
#include "lib/rpc/retry_budget.h"
#include "lib/rpc/retry_throttle.h"

namespace evenkeel::rpc {

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

class RetryBrakes {
 public:
  /// A cluster's; null where it has none. They outlive this.
  struct Shared {
    RetryThrottle* throttle = nullptr;
    RetryBudget* budget = nullptr;
    base::Limit* at_once = nullptr;  ///< calls that have more than one attempt
  };

  /// None: every attempt may be had.
  RetryBrakes() = default;
  explicit RetryBrakes(const Shared& shared) : shared_(shared) {}

  /// The call begins, which may be tried again: the budget grows by its share.
  void CallStarted() {
    if (shared_.budget != nullptr) shared_.budget->CallStarted();
  }
  /// Takes what one more attempt costs. The result says what refused it.
  std::optional<NoRetry> Take();

  /// An attempt ended well.
  void Succeeded() {
    if (shared_.throttle != nullptr) shared_.throttle->Succeeded();
  }
  /// An attempt ended with a status that would be tried again, or the endpoint asked for no more.
  void Failed() {
    if (shared_.throttle != nullptr) shared_.throttle->Failed();
  }

 private:
  Shared shared_;
  base::Permit place_;
};

}  // namespace evenkeel::rpc
