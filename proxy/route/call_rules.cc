#include "proxy/route/call_rules.h"

namespace evenkeel::proxy {
namespace {

rpc::RetryPolicy RetryOf(const config::Retry& retry) {
  return {.max_attempts = static_cast<int>(retry.attempts),
          .codes = rpc::StatusSetOf(retry.codes),
          .initial_backoff = retry.initial_backoff,
          .max_backoff = retry.max_backoff,
          .multiplier = retry.backoff_multiplier,
          .per_try_timeout = retry.per_try_timeout};
}

CallRules::Hedging HedgingOf(const config::Hedging& hedging) {
  return {{.max_attempts = static_cast<int>(hedging.attempts),
           .non_fatal = rpc::StatusSetOf(hedging.non_fatal_codes)},
          hedging.delay};
}

}  // namespace

CallRules::CallRules(const config::CallPolicy& policy)
    : timeout(policy.timeout),
      max_stream_duration(policy.max_stream_duration),
      idle_timeout(policy.idle_timeout),
      wait_for_ready(policy.wait_for_ready.value_or(false)),
      max_request_message(policy.max_request_message),
      max_response_message(policy.max_response_message) {
  if (policy.retry) retry = RetryOf(*policy.retry);
  if (policy.hedging) hedging = HedgingOf(*policy.hedging);
}

}  // namespace evenkeel::proxy
