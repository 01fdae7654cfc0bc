#include "lib/rpc/retry_brakes.h"

#include "lib/base/check.h"

namespace evenkeel::rpc {

std::string_view NoRetryName(NoRetry reason) {
  switch (reason) {
    case NoRetry::kFinal:
      return "final";
    case NoRetry::kCommitted:
      return "committed";
    case NoRetry::kAttempts:
      return "attempts";
    case NoRetry::kPushback:
      return "pushback";
    case NoRetry::kTokens:
      return "tokens";
    case NoRetry::kBudget:
      return "budget";
    case NoRetry::kLimit:
      return "max_retries";
    case NoRetry::kDeadline:
      return "deadline";
  }
  CHECK(!"a value outside NoRetry");
}

std::optional<NoRetry> RetryBrakes::Take() {
  if (shared_.throttle != nullptr && !shared_.throttle->Allows()) return NoRetry::kTokens;
  if (shared_.budget != nullptr && !shared_.budget->Take()) return NoRetry::kBudget;
  if (shared_.at_once == nullptr || place_) return std::nullopt;
  place_ = base::Permit(*shared_.at_once);
  if (place_) return std::nullopt;
  if (shared_.budget != nullptr) shared_.budget->Return();
  return NoRetry::kLimit;
}

}  // namespace evenkeel::rpc
