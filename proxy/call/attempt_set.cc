#include "proxy/call/attempt_set.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "lib/base/check.h"
#include "lib/rpc/message.h"
#include "lib/rpc/timeout.h"
#include "proxy/call/deadline.h"
#include "proxy/call/foreign_answer.h"

namespace evenkeel::proxy {
namespace {

using http2::EndStream;
using rpc::AttemptOutcome;
using rpc::Cause;
using rpc::Origin;
using rpc::StatusCode;

constexpr std::string_view kPreviousAttempts = "grpc-previous-rpc-attempts";

// How long an answer's headers are held back: it may be them that the client waits for.
constexpr auto kMaxHold = std::chrono::milliseconds(100);

int AttemptsOfClient(const http2::HeaderList& request) {
  const auto field = request.Find(kPreviousAttempts);
  if (!field) return 0;
  int attempts = 0;
  std::from_chars(field->data(), field->data() + field->size(), attempts);
  return std::clamp(attempts, 0, rpc::kMaxAttempts);
}

// What the end of its call is for an attempt: the endpoint has the call, or works and gives it no
// room; other causes are those of an attempt that has ended already.
Cause CauseOf(Attempt& attempt, Cause of_call) {
  const bool by_client = of_call == Cause::kDeadline || of_call == Cause::kCancelled;
  if (by_client && attempt.open()) return of_call;
  if (!by_client || !attempt.pool().full()) return Cause::kLocal;
  return of_call == Cause::kDeadline ? Cause::kNoRoom : of_call;
}

std::string Name(const Attempt& attempt) {
  return "endpoint " + attempt.address() + ", attempt " + std::to_string(attempt.notes.number);
}

template <typename Function>
void StartTimer(std::unique_ptr<net::Timer>& timer, net::EventLoop& loop, base::Time due,
                Function on_fire) {
  if (!timer) timer = std::make_unique<net::Timer>(loop, on_fire);
  timer->StartAt(due);
}

}  // namespace

AttemptSet::AttemptSet(WorkerContext& context, http2::HeaderList& request,
                       telemetry::CallRecord& record, Owner& owner)
    : context_(context),
      request_(request),
      record_(record),
      owner_(owner),
      body_(context.replay_memory) {}

void AttemptSet::AddRequest(std::span<const uint8_t> bytes, EndStream end) {
  body_.Add(bytes, end);
  CommitIfOverLimit();
  for (const auto& each : running_) {
    if (each && each->open()) each->SendBody(bytes, end);
  }
}

void AttemptSet::Begin(const Task& task) {
  cluster_ = task.cluster;
  rules_ = task.rules;
  deadline_ = task.deadline;
  client_host_ = task.client_host;
  if (rules_->repeats()) BeginRepeats();
  Launch();
}

void AttemptSet::BeginRepeats() {
  share_ = cluster_->retry_share();
  previous_written_ = AttemptsOfClient(request_);
  retries_.Begin(rules_->retry ? &*rules_->retry : nullptr, share_->state->brakes(),
                 previous_written_);
  retries_.brakes().CallStarted();
  if (!rules_->hedging) return;
  const auto* fixed = std::get_if<base::Duration>(&rules_->hedging->delay);
  hedges_.Begin(rules_->hedging->policy.max_attempts - previous_written_,
                fixed != nullptr ? std::optional(*fixed) : MeasuredDelay());
}

void AttemptSet::ReturnCredit(size_t count) {
  for (const auto& each : running_) {
    if (each) each->ReturnCredit(count);  // committed: there is one
  }
}

void AttemptSet::Cancel(const FinalStatus& end) {
  if (finished_) return;
  Finish();
  CountHedges(nullptr);
  for (const auto& each : running_) {
    if (!each) continue;
    const Cause cause = CauseOf(*each, end.cause);
    Release(*each, {end.status.code, end.origin, {}, cause});
  }
}

size_t AttemptSet::held() const {
  size_t held = body_.held();
  for (const std::unique_ptr<Attempt>& each : running_) held += each ? each->held() : 0;
  return held;
}

const balancer::Endpoint* AttemptSet::endpoint() const {
  for (const auto& each : running_) {
    if (each && each->open()) return each->pool().endpoint().get();
  }
  return nullptr;
}

std::string AttemptSet::WaitsFor() const {
  for (const auto& each : running_) {
    if (!each) continue;
    const char* what =
        each->open() ? ", waiting for endpoint " : ", waiting for a connection to endpoint ";
    return what + each->address() + " (attempt " + std::to_string(each->notes.number) + ")";
  }
  if (cluster_ == nullptr) return "";
  if (again_timer_ && again_timer_->running()) return ", waiting to try again: " + last_trouble_;
  return ": " + cluster_->WhyNone();
}

void AttemptSet::Finish() {
  finished_ = true;
  StopWaiting();
  StopTimers();
}

// Those who had no stream for the call may have one by now.
void AttemptSet::OnSnapshot() {
  avoid_.erase(avoid_.begin(), avoid_.begin() + static_cast<ptrdiff_t>(without_stream_));
  without_stream_ = 0;
  Launch();
}

void AttemptSet::Launch() {
  Cluster::Member* member = Pick();
  return member != nullptr ? Start(*member, Role::kAlone) : NoEndpoint();
}

void AttemptSet::Start(Cluster::Member& member, Role role) {
  StopWaiting();
  Attempt::Owner& owner = *this;
  auto& slot = SlotOf(nullptr);
  slot = std::make_unique<Attempt>(context_, *cluster_, member, owner);
  Attempt& attempt = *slot;
  attempt.notes.number = static_cast<int>(++record_.attempts);
  last_ = base::LocalPtr<Cluster::Member>(&member);
  record_.endpoint = attempt.address();
  attempt.notes.method = record_.method;
  attempt.notes.deadline = deadline_;
  attempt.notes.previous = retries_.previous_attempts();
  attempt.notes.is_hedge = role == Role::kHedge;
  if (context_.sink != nullptr) Keep(attempt, member, role);
  if (rules_->hedging) {
    avoid_.push_back(attempt.pool().endpoint().get());
    // Those that take the place of one that was never sent do not count.
    if (role == Role::kHedge || record_.attempts == 1) hedges_.Started(context_.loop.Now());
    ArmHedge();
  }
  if (rules_->retry && rules_->retry->per_try_timeout) {
    StartTimer(try_timer_, context_.loop, context_.loop.Now() + *rules_->retry->per_try_timeout,
               [this] { OnTryTimeout(); });
  }
  attempt.Start();
}

void AttemptSet::NoEndpoint() {
  if (Running() > 0) return;
  if (cluster_->found_full()) return ShedForFullEndpoints();
  using WaitFor = Cluster::WaitFor;
  Cluster::Waiter& waiter = *this;
  if (cluster_->Wait(waiter, rules_->wait_for_ready ? WaitFor::kAny : WaitFor::kExpected)) {
    if (again_timer_) again_timer_->Stop();  // a hedge beside nothing; Start arms it anew
    return;
  }
  const bool full = !cluster_->has_room();
  if (!full && Repeat({.status = StatusCode::kUnavailable}, nullptr)) return;
  std::string why = cluster_->WhyNone();
  if (full) {
    why += "; and max_pending_calls are waiting for one already";
    cluster_->CountShed(telemetry::Shed::kMaxPendingCalls);
  }
  GiveUp({{StatusCode::kUnavailable, last_trouble_.empty() ? why : last_trouble_ + "; " + why},
          Origin::kProxy,
          full ? Cause::kShed : Cause::kLocal,
          {},
          FinalStatus::Form::kStatus,
          full ? ShedName(telemetry::Shed::kMaxPendingCalls) : ""});
}

void AttemptSet::ShedForFullEndpoints() {
  cluster_->CountShed(telemetry::Shed::kEndpointMaxCalls);
  GiveUp({{StatusCode::kUnavailable, "each endpoint of cluster " + cluster_->name() +
                                         " that could take the call has all the calls in flight "
                                         "that limits.endpoint.max_calls allows"},
          Origin::kProxy,
          Cause::kShed,
          {},
          FinalStatus::Form::kStatus,
          ShedName(telemetry::Shed::kEndpointMaxCalls)});
}

Cluster::Member* AttemptSet::Pick() {
  balancer::CallFacts facts{.path = request_.Find(":path").value_or(""),
                            .now = context_.loop.Now(),
                            .avoid = avoid_,
                            .hash_key = HashKey()};
  Cluster::Member* member = cluster_->Pick(facts);
  if (member != nullptr || Running() > 0 || avoid_.size() == without_stream_) return member;
  // Elsewhere if there is an elsewhere; else where it was tried, by then on another connection.
  if (cluster_->ExpectsEndpoint()) return nullptr;
  facts.avoid = facts.avoid.first(without_stream_);
  return cluster_->Pick(facts);
}

// Several values of one key hash as one, joined by "," (gRFC A76).
std::string_view AttemptSet::HashKey() {
  const auto& input = cluster_->hash();
  if (!input || input->kind == balancer::HashInput::Kind::kPath) return {};
  if (input->kind == balancer::HashInput::Kind::kSourceAddress) return client_host_;
  hash_key_.clear();
  for (const http2::HeaderField field : request_) {
    if (field.name != input->name) continue;
    if (!hash_key_.empty()) hash_key_ += ',';
    hash_key_ += field.value;
  }
  return hash_key_;
}

void AttemptSet::OnAttemptOpen(Attempt& attempt, http2::Session& session) {
  if (deadline_) {
    const base::Duration left = *deadline_ - context_.loop.Now();
    if (left <= base::Duration::zero()) return owner_.OnTooLate();
    request_.Set("grpc-timeout", rpc::FormatTimeout(left));
  }
  if (attempt.notes.previous != previous_written_) {
    previous_written_ = attempt.notes.previous;
    request_.Remove(kPreviousAttempts);
    if (previous_written_ > 0) {
      request_.Set(kPreviousAttempts, std::to_string(previous_written_));
    }
  }
  if (attempt.notes.record != nullptr) {
    attempt.notes.record->opened = record_.opened = context_.loop.Now();
  }
  // It belongs to the connection, not to the call.
  if (request_.Find(":scheme") != session.scheme()) request_.Set(":scheme", session.scheme());
  attempt.Open(session, request_, body_.kept(), body_.ended());
  CommitIfOverLimit();
}

void AttemptSet::OnAttemptHeaders(Attempt& attempt, http2::HeaderList headers, EndStream end) {
  if (attempt.notes.record != nullptr) attempt.notes.record->answered = context_.loop.Now();
  const auto status = rpc::ParseStatus(headers.Find("grpc-status").value_or(""));
  if (!IsWhole(headers, status)) return EndTooLarge(attempt);
  if (!rpc::IsGrpcAnswer(headers) || (end == EndStream::kYes && !status)) {
    rpc::Status foreign = StatusOfForeign(headers, attempt.address());
    return EndWithStatus(attempt, Answered(foreign.code, headers), std::move(foreign.message));
  }
  if (end == EndStream::kYes) return EndWithFields(attempt, std::move(headers), *status);
  attempt.notes.header_status = status;
  if (Holds() || status) return Hold(attempt, std::move(headers));
  Commit(attempt);
  Win(attempt);
  owner_.OnAnswerHeaders(std::move(headers));
}

void AttemptSet::OnAttemptData(Attempt& attempt, std::span<const uint8_t> bytes, EndStream end) {
  if (!bytes.empty()) {
    if (!committed()) Commit(attempt);
    HandOnHeld(attempt);
    owner_.OnAnswerData(bytes);
    if (finished_) return;
  }
  if (end == EndStream::kNo) return;
  if (const auto status = attempt.notes.header_status) return EndByHeaders(attempt, *status);
  context_.metrics.PeerFault(telemetry::Side::kEndpoint, telemetry::Fault::kMissingStatus);
  EndWithStatus(attempt, {StatusCode::kUnknown, Origin::kEndpoint, {}, Cause::kAnswered},
                "endpoint " + attempt.address() + " ended the response without grpc-status");
}

// An unusual Trailers-Only, ended by an empty DATA. Clients take that for an answer without status,
// so it goes on as it should have come; where its headers are gone, the status follows them.
void AttemptSet::EndByHeaders(Attempt& attempt, StatusCode status) {
  if (auto headers = std::exchange(attempt.notes.held, std::nullopt)) {
    return EndWithFields(attempt, std::move(*headers), status);
  }
  EndWithStatus(attempt, Answered(status, {}), "");
}

void AttemptSet::OnAttemptTrailers(Attempt& attempt, http2::HeaderList trailers) {
  auto status = rpc::ParseStatus(trailers.Find("grpc-status").value_or(""));
  if (!IsWhole(trailers, status)) return EndTooLarge(attempt);
  if (!status) {
    context_.metrics.PeerFault(telemetry::Side::kEndpoint, telemetry::Fault::kMissingStatus);
    status = StatusCode::kUnknown;
    trailers.Set("grpc-status", rpc::StatusNumber(*status));
  }
  EndWithFields(attempt, std::move(trailers), *status);
}

void AttemptSet::OnAttemptSent(Attempt& attempt, size_t count) {
  attempt.notes.sent += count;
  if (const size_t due = body_.Sent(attempt.notes.sent)) owner_.OnCreditDue(due);
}

void AttemptSet::OnAttemptFailed(Attempt& attempt, const AttemptOutcome& outcome,
                                 const std::string& reason) {
  // Servers in Go and Java reset a stream whose deadline has passed, and may be a little early.
  if (outcome.cause == Cause::kReset && outcome.status == StatusCode::kCancelled &&
      IsNearDeadline(deadline_, record_.started, context_.loop.Now())) {
    return EndAtDeadline(attempt);
  }
  if (outcome.cause == Cause::kShed) cluster_->CountShed(telemetry::Shed::kMaxPendingCalls);
  last_trouble_ = "endpoint " + attempt.address() + ": " + reason;
  EndWithStatus(attempt, outcome, Name(attempt) + ": " + reason);
}

// Nothing of it has left: it goes where there is room.
void AttemptSet::OnAttemptWaits(Attempt& attempt) {
  Cluster::Member* const other = Pick();
  if (other == nullptr || other->pool->full()) return;
  OnAttemptFailed(attempt, {.status = StatusCode::kUnavailable, .cause = Cause::kNeverSent},
                  "it has no room for another call");
}

void AttemptSet::EndAtDeadline(Attempt& attempt) {
  EndWithStatus(attempt, {.status = StatusCode::kDeadlineExceeded, .cause = Cause::kDeadline},
                "deadline exceeded: " + Name(attempt) + " cancelled the call");
}

void AttemptSet::OnTryTimeout() {
  const auto at = std::ranges::find_if(running_, [](const auto& each) { return each != nullptr; });
  if (at == running_.end()) return;
  Attempt& attempt = **at;
  last_trouble_ = "endpoint " + attempt.address() + ": no answer within per_try_timeout";
  EndWithStatus(attempt,
                {.status = StatusCode::kDeadlineExceeded,
                 .cause = attempt.open() ? Cause::kTryTimeout : Cause::kTryUnsent},
                Name(attempt) + ": no answer within per_try_timeout");
}

AttemptOutcome AttemptSet::Answered(StatusCode status, const http2::HeaderList& fields) const {
  // Servers of gRPC C++ say so when their timer fires before ours: late, as if ours had.
  const bool late = status == StatusCode::kDeadlineExceeded &&
                    IsNearDeadline(deadline_, record_.started, context_.loop.Now());
  AttemptOutcome outcome{status, Origin::kEndpoint, {}, late ? Cause::kDeadline : Cause::kAnswered};
  if (rules_->repeats()) {
    outcome.pushback = rpc::ParsePushback(fields.Find("grpc-retry-pushback-ms"));
  }
  return outcome;
}

bool AttemptSet::IsWhole(const http2::HeaderList& fields, std::optional<StatusCode> status) {
  if (!fields.truncated()) return true;
  context_.metrics.PeerFault(telemetry::Side::kEndpoint, telemetry::Fault::kHeadersTooLarge);
  return status && *status != StatusCode::kOk;
}

void AttemptSet::EndTooLarge(Attempt& attempt) {
  EndWithStatus(attempt, {StatusCode::kResourceExhausted, Origin::kProxy, {}, Cause::kAnswered},
                "endpoint " + attempt.address() +
                    " sent more metadata than the cluster's max_header_list allows");
}

void AttemptSet::EndWithFields(Attempt& attempt, http2::HeaderList fields, StatusCode status) {
  if (GoesOn(attempt, Answered(status, fields))) return;
  Finish();
  Win(attempt);
  HandOnHeld(attempt);
  owner_.End({.status = {status, ""},
              .origin = Origin::kEndpoint,
              .cause = Cause::kAnswered,
              .form = FinalStatus::Form::kFields,
              .fields = &fields});
}

void AttemptSet::EndWithStatus(Attempt& attempt, const AttemptOutcome& outcome,
                               std::string message) {
  if (GoesOn(attempt, outcome)) return;
  const bool shed = outcome.cause == Cause::kShed;
  GiveUp({{outcome.status, std::move(message)},
          outcome.origin,
          outcome.cause,
          {},
          FinalStatus::Form::kStatus,
          shed ? ShedName(telemetry::Shed::kMaxPendingCalls) : ""});
}

void AttemptSet::GiveUp(const FinalStatus& status) {
  Finish();
  CountHedges(nullptr);
  owner_.End(status);
}

bool AttemptSet::GoesOn(Attempt& attempt, const AttemptOutcome& outcome) {
  Release(attempt, outcome);
  if (try_timer_) try_timer_->Stop();
  if (!rules_->repeats()) return Repeat(outcome, &attempt);
  CountPushback(outcome.pushback);
  return rules_->hedging ? HedgeOn(outcome, attempt) : Repeat(outcome, &attempt);
}

bool AttemptSet::Repeat(const AttemptOutcome& outcome, const Attempt* attempt) {
  using Kind = rpc::RetryDecision::Kind;
  using Committed = rpc::RetrySequence::Committed;
  const base::Time now = context_.loop.Now();
  const rpc::RetryDecision decision = retries_.Next(
      outcome, {now, deadline_, committed() ? Committed::kYes : Committed::kNo}, context_.random);
  if (outcome.status != StatusCode::kOk) CountRepeat(decision, outcome, attempt);
  if (decision.kind == Kind::kNo) return false;
  if (attempt != nullptr) Avoid(*attempt, outcome);
  transparent_ = decision.kind == Kind::kTransparent;
  if (decision.delay > base::Duration::zero()) {
    StartTimer(again_timer_, context_.loop, now + decision.delay, [this] { Again(); });
  } else {
    Launch();
  }
  return true;
}

void AttemptSet::Again() {
  if (!rules_->hedging) return Launch();
  if (hedges_.next()) Hedge();  // the plan may have come to its end since the timer was set
  if (finished_ || Running() > 0 || waits()) return;
  // All have failed, the last one asked to wait, and by now no more may go out.
  CountHedges(nullptr);
  GiveUp({{StatusCode::kUnavailable, "all " + std::to_string(record_.attempts) +
                                         " attempts have failed, and there is no endpoint or no "
                                         "budget for another"}});
}

void AttemptSet::Avoid(const Attempt& attempt, const AttemptOutcome& outcome) {
  const balancer::Endpoint* endpoint = attempt.pool().endpoint().get();
  // Where a connection said goodbye (GOAWAY) the next one takes the call, but not a third.
  const bool again = attempt.pool().state() != pool::Pool::State::kFailing &&
                     std::ranges::count(avoid_, endpoint) == 0;
  if (outcome.never_sent() && !again) {
    avoid_.insert(avoid_.begin() + static_cast<ptrdiff_t>(without_stream_++), endpoint);
  } else {
    avoid_.push_back(endpoint);
  }
}

void AttemptSet::HandOnHeld(Attempt& attempt) {
  if (!attempt.notes.held) return;
  Win(attempt);
  owner_.OnAnswerHeaders(std::move(*attempt.notes.held));
  attempt.notes.held.reset();
}

void AttemptSet::Hold(Attempt& attempt, http2::HeaderList headers) {
  attempt.notes.held = std::move(headers);
  if (hold_timer_ && hold_timer_->running()) return;
  StartTimer(hold_timer_, context_.loop, context_.loop.Now() + kMaxHold,
             [this] { OnHoldTimeout(); });
}

void AttemptSet::OnHoldTimeout() {
  for (const auto& each : running_) {
    if (!each || !each->notes.held) continue;
    Attempt& attempt = *each;
    Commit(attempt);
    return HandOnHeld(attempt);
  }
}

void AttemptSet::StopTimers() {
  for (LazyTimer* each : {&again_timer_, &try_timer_, &hold_timer_}) {
    if (*each) (*each)->Stop();
  }
}

std::unique_ptr<Attempt>& AttemptSet::SlotOf(const Attempt* attempt) {
  const auto at = std::ranges::find(running_, attempt, [](const auto& each) { return each.get(); });
  CHECK(at != running_.end());
  return *at;
}

size_t AttemptSet::Running() const {
  const auto runs = [](const auto& each) { return each != nullptr; };
  return static_cast<size_t>(std::ranges::count_if(running_, runs));
}

}  // namespace evenkeel::proxy
