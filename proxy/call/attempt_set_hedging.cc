// The part of AttemptSet that hedging needs, how one attempt wins, how each ends, and what is
// counted and recorded of them.
#include "proxy/call/attempt_set.h"

namespace evenkeel::proxy {

using rpc::AttemptOutcome;
using rpc::Cause;
using rpc::Origin;
using rpc::StatusCode;

std::optional<base::Duration> AttemptSet::MeasuredDelay() {
  const auto& share = std::get<config::Hedging::Percentile>(rules_->hedging->delay);
  return cluster_->TrackLatency().Percentile(share.percent);
}

void AttemptSet::ArmHedge() {
  const auto next = hedges_.next();
  if (!next) return;
  if (!again_timer_)
    again_timer_ = std::make_unique<net::Timer>(context_.loop, [this] { Again(); });
  again_timer_->StartAt(*next);
}

void AttemptSet::Hedge() {
  Cluster::Member* member = Pick();
  if (member == nullptr) {
    // No other endpoint: when all that run have failed, one that was tried will do.
    if (Running() == 0) hedges_.Stop();
    return;
  }
  if (const auto reason = retries_.brakes().Take()) {
    counters().refused[static_cast<size_t>(*reason)].Add();
    return hedges_.Stop();
  }
  ++hedges_sent_;
  counters().hedges.Add();
  retries_.CountHedge();
  Start(*member, Role::kHedge);
}

bool AttemptSet::HedgeOn(const AttemptOutcome& outcome, Attempt& attempt) {
  if (Repeat(outcome, &attempt)) return true;  // transparently: no policy but hedging's
  if (outcome.shed()) {
    hedges_.Stop();
    return Running() > 0;
  }
  const bool stop = outcome.pushback.kind == rpc::Pushback::Kind::kStop;
  const bool non_fatal =
      rules_->hedging->policy.non_fatal.test(static_cast<size_t>(outcome.status));
  if (outcome.status == StatusCode::kOk) retries_.brakes().Succeeded();
  if (non_fatal || stop) retries_.brakes().Failed();
  if (committed()) return false;
  if (!non_fatal) {
    Commit(attempt);
    return false;
  }
  const base::Time now = context_.loop.Now();
  hedges_.Failed(outcome.pushback, now);
  const auto next = hedges_.next();
  if (next && *next <= now) {
    Hedge();
  } else {
    ArmHedge();
  }
  if (finished_ || Running() > 0 || waits() || hedges_.next()) return true;
  CountHedges(nullptr);
  return false;
}

void AttemptSet::CountHedges(const Attempt* winner) {
  if (hedges_sent_ == 0) return;
  const uint64_t won = winner != nullptr && winner->notes.is_hedge ? 1 : 0;
  counters().hedges_won.Add(won);
  counters().hedges_wasted.Add(hedges_sent_ - won);
  hedges_sent_ = 0;
}

void AttemptSet::Commit(Attempt& attempt) {
  body_.Commit();
  StopTimers();
  if (!rules_->hedging) return;
  hedges_.Stop();
  CountHedges(&attempt);
  ReleaseOthers(attempt);
}

// The attempt that has sent most is the one to go on with (gRFC A6).
void AttemptSet::CommitIfOverLimit() {
  if (committed()) return;
  const auto limit = body_.over_limit();
  if (!limit) return;
  Attempt* furthest = nullptr;
  for (const auto& each : running_) {
    if (!each || !each->open()) continue;
    if (furthest == nullptr || each->notes.sent > furthest->notes.sent) furthest = each.get();
  }
  if (furthest == nullptr) return;
  counters().replay_overflows[static_cast<size_t>(*limit)].Add();
  record_.Set(telemetry::CallFlag::kReplayOverflow);
  Commit(*furthest);
  HandOnHeld(*furthest);
}

// How long a loser has taken so far is above the hedging delay, so it keeps its rank among the
// latencies although its end is not known.
void AttemptSet::ReleaseOthers(const Attempt& winner) {
  for (const auto& each : running_) {
    if (!each || each.get() == &winner) continue;
    cluster_->AddLatency(each->latency());
    Release(*each, {StatusCode::kCancelled, Origin::kProxy, {}, Cause::kLocal});
  }
}

void AttemptSet::CountRepeat(const rpc::RetryDecision& decision, const AttemptOutcome& outcome,
                             const Attempt* attempt) {
  using Kind = rpc::RetryDecision::Kind;
  if (decision.kind == Kind::kTransparent) {
    context_.metrics.TransparentRetry(attempt->pool().id());
    return counters().transparent.Add();
  }
  if (!rules_->retry) return;
  if (decision.kind == Kind::kNo)
    return counters().refused[static_cast<size_t>(decision.why)].Add();
  counters().retries[static_cast<size_t>(outcome.status)].Add();
  if (outcome.timed_out()) counters().try_timeouts.Add();
  if (outcome.timed_out() || outcome.cause == Cause::kRefused) return;  // said already
  const std::string who = attempt != nullptr ? "endpoint " + attempt->address() : "no endpoint";
  last_trouble_ = who + ": " + std::string(rpc::StatusName(outcome.status));
}

void AttemptSet::CountPushback(const rpc::Pushback& pushback) {
  if (pushback.kind == rpc::Pushback::Kind::kWait) counters().pushback_waits.Add();
  if (pushback.kind == rpc::Pushback::Kind::kStop) counters().pushback_stops.Add();
}

void AttemptSet::Keep(Attempt& attempt, Cluster::Member& member, Role role) {
  using Kind = telemetry::AttemptKind;
  Kind kind = Kind::kRetry;
  if (role == Role::kHedge) {
    kind = Kind::kHedge;
    record_.Set(telemetry::CallFlag::kHedged);
  } else if (transparent_) {
    kind = Kind::kTransparent;
  } else if (record_.attempts == 1) {
    kind = Kind::kFirst;
  } else {
    record_.Set(telemetry::CallFlag::kRetried);
  }
  if (record_.attempts == 1) record_.picked = context_.loop.Now();
  if (!kept_) kept_ = std::make_unique<KeptAttempts>();
  attempt.notes.record = kept_->Add(context_.loop.Now(), member, *attempt.pool().endpoint(), kind);
  record_.tries = kept_->all();
}

// The one place where an attempt ends.
void AttemptSet::Release(Attempt& attempt, const AttemptOutcome& outcome) {
  const bool answered = outcome.cause == Cause::kAnswered && outcome.status == StatusCode::kOk;
  const bool late = outcome.cause == Cause::kDeadline || outcome.cause == Cause::kNoRoom ||
                    outcome.cause == Cause::kTryTimeout;
  if (answered || late) cluster_->AddLatency(attempt.latency());
  if (attempt.notes.record != nullptr) {
    telemetry::AttemptRecord& record = *attempt.notes.record;
    record.ended = context_.loop.Now();
    record.status = outcome.status;
    record.origin = outcome.origin;
    record.cause = outcome.cause;
  }
  attempt.End(outcome);
  context_.loop.DeleteLater(std::move(SlotOf(&attempt)));
}

}  // namespace evenkeel::proxy
