#include "lib/rpc/retry_sequence.h"

#include <algorithm>
#include <utility>

namespace evenkeel::rpc {
namespace {

constexpr double kJitter = 0.2;

RetryDecision No(NoRetry why) { return {RetryDecision::Kind::kNo, {}, why}; }

}  // namespace

void RetrySequence::Begin(const RetryPolicy* policy, const RetryBrakes::Shared& brakes,
                          int client_attempts) {
  policy_ = policy;
  brakes_ = RetryBrakes(brakes);
  previous_attempts_ = client_attempts;
}

RetryDecision RetrySequence::Next(const AttemptOutcome& end, const Moment& moment,
                                  base::Random& random) {
  const bool committed = moment.committed == Committed::kYes;
  if (end.shed()) return No(NoRetry::kFinal);
  if (end.never_sent() && !committed) {
    return {RetryDecision::Kind::kTransparent, {}, {}};
  }
  if (end.cause == Cause::kRefused && !committed && !std::exchange(refused_, true)) {
    return {RetryDecision::Kind::kTransparent, {}, {}};
  }
  return policy_ == nullptr ? No(committed ? NoRetry::kCommitted : NoRetry::kFinal)
                            : NextCounted(end, moment, random);
}

RetryDecision RetrySequence::NextCounted(const AttemptOutcome& end, const Moment& moment,
                                         base::Random& random) {
  if (end.status == StatusCode::kOk) {
    brakes_.Succeeded();
    return No(NoRetry::kFinal);
  }
  const bool stop = end.pushback.kind == Pushback::Kind::kStop;
  const bool retryable = end.timed_out() || policy_->codes.test(static_cast<size_t>(end.status));
  if (retryable || stop) brakes_.Failed();
  if (!retryable) return No(NoRetry::kFinal);
  if (moment.committed == Committed::kYes) return No(NoRetry::kCommitted);
  if (previous_attempts_ + 1 >= std::min(policy_->max_attempts, kMaxAttempts)) {
    return No(NoRetry::kAttempts);
  }
  if (stop) return No(NoRetry::kPushback);
  const base::Duration delay = Backoff(end.pushback, random);
  if (moment.deadline && moment.now + delay >= *moment.deadline) return No(NoRetry::kDeadline);
  if (const auto refused = brakes_.Take()) return No(*refused);
  ++previous_attempts_;
  return {RetryDecision::Kind::kRetry, delay, {}};
}

// The sequence starts over after a pushback.
base::Duration RetrySequence::Backoff(const Pushback& pushback, base::Random& random) {
  if (pushback.kind == Pushback::Kind::kWait) {
    backoff_ = 0;
    return pushback.wait;
  }
  const auto max = static_cast<double>(policy_->max_backoff.count());
  const double delay = std::min(
      backoff_ > 0 ? backoff_ : static_cast<double>(policy_->initial_backoff.count()), max);
  backoff_ = std::min(delay * policy_->multiplier, max);
  return base::Duration(static_cast<int64_t>(delay * random.Between(1 - kJitter, 1 + kJitter)));
}

}  // namespace evenkeel::rpc
