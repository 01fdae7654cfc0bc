#include "proxy/call/attempt.h"

#include <utility>

#include "lib/rpc/field_rules.h"

namespace evenkeel::proxy {
namespace {

rpc::AttemptOutcome Failure(rpc::Cause cause) {
  return {.status = rpc::StatusCode::kUnavailable, .cause = cause};
}

rpc::AttemptOutcome OutcomeOf(const http2::StreamEnd& end) {
  using Processed = http2::StreamEnd::Processed;
  if (end.processed == Processed::kNeverSent) return Failure(rpc::Cause::kNeverSent);
  if (end.processed == Processed::kRefused) return Failure(rpc::Cause::kRefused);
  if (end.by == http2::StreamEnd::By::kConnection) return Failure(rpc::Cause::kLost);
  return {.status = rpc::StatusFromReset(static_cast<uint32_t>(end.code)),
          .cause = rpc::Cause::kReset};
}

std::string ReasonOf(rpc::Cause cause, const http2::StreamEnd& end) {
  switch (cause) {
    case rpc::Cause::kNeverSent:
      return "the connection ended before the call was sent";
    case rpc::Cause::kRefused:
      return "refused by the endpoint before it was processed";
    case rpc::Cause::kLost:
      return "the connection to the endpoint was lost";
    default:
      break;
  }
  const std::string who = end.by == http2::StreamEnd::By::kPeer
                              ? "the endpoint reset the stream: "
                              : "the endpoint broke the rules of HTTP/2 on the stream: ";
  return who + std::string(http2::ErrorCodeName(end.code));
}

balancer::AttemptResult::Kind KindOf(rpc::Verdict verdict) {
  switch (verdict) {
    case rpc::Verdict::kSuccess:
      return balancer::AttemptResult::Kind::kSuccess;
    case rpc::Verdict::kFailure:
      return balancer::AttemptResult::Kind::kFailure;
    case rpc::Verdict::kNeutral:
      break;
  }
  return balancer::AttemptResult::Kind::kNeutral;
}

}  // namespace

Attempt::Attempt(WorkerContext& context, Cluster& cluster, Cluster::Member& member, Owner& owner)
    : context_(context),
      cluster_(cluster),
      member_(&member),
      pool_(*member.pool),
      owner_(owner),
      start_(context.loop.Now()),
      in_flight_(pool_.endpoint()) {
  context_.metrics.AttemptStarted(pool_.id());
}

Attempt::~Attempt() {
  End({rpc::StatusCode::kCancelled, rpc::Origin::kClient, {}, rpc::Cause::kCancelled});
}

void Attempt::Open(http2::Session& session, const http2::HeaderList& headers,
                   std::span<const uint8_t> body, http2::EndStream end) {
  // Some servers close the connection over it, and with it the calls of all other clients.
  if (headers.list_size() > session.peer_max_header_list()) {
    return owner_.OnAttemptFailed(
        *this, {.status = rpc::StatusCode::kResourceExhausted, .cause = rpc::Cause::kTooLarge},
        "it does not accept metadata as large as the call's (its MAX_HEADER_LIST_SIZE)");
  }
  http2::StreamHandler& handler = *this;
  stream_ = session.OpenStream(headers, http2::EndStream::kNo, handler);
  stream_->SubmitData(body, end);
}

void Attempt::SendBody(std::span<const uint8_t> bytes, http2::EndStream end) {
  stream_->SubmitData(bytes, end);
}

void Attempt::ReturnCredit(size_t count) {
  if (stream_) stream_->ReturnCredit(count);
}

void Attempt::End(rpc::AttemptOutcome outcome) {
  if (std::exchange(ended_, true)) return;
  const base::Time now = context_.loop.Now();
  outcome.duration = now - start_;
  outcome.latency = latency();
  context_.metrics.AttemptFinished(pool_.id(), outcome);
  const base::Duration allowed =
      notes.deadline ? *notes.deadline - start_ : OrdinaryDurations::kNoDeadline;
  const rpc::Verdict verdict = cluster_.Learn(*member_, outcome, notes.method, allowed);
  in_flight_.Finish(cluster_.picker(), {KindOf(verdict), outcome.latency, now});
  StopWaiting();
  stream_.reset();
}

void Attempt::OnUnavailable(const std::string& reason) {
  // With a connection that works, the reason is ours.
  const bool connected = pool_.state() == pool::Pool::State::kReady;
  owner_.OnAttemptFailed(
      *this, Failure(connected ? rpc::Cause::kNeverSent : rpc::Cause::kNotConnected), reason);
}

void Attempt::OnFull(const std::string& reason) {
  owner_.OnAttemptFailed(*this, Failure(rpc::Cause::kShed), reason);
}

void Attempt::OnHeaders(http2::HeaderList headers, http2::EndStream end) {
  if (headers.doubtful() && !IsSound(headers)) return;
  if (end == http2::EndStream::kYes) cluster_.LearnLoad(*member_, headers, context_.loop.Now());
  owner_.OnAttemptHeaders(*this, std::move(headers), end);
}

void Attempt::OnData(std::span<const uint8_t> bytes, http2::EndStream end) {
  if (!first_data_) first_data_ = context_.loop.Now();
  owner_.OnAttemptData(*this, bytes, end);
}

void Attempt::OnTrailers(http2::HeaderList trailers) {
  if (trailers.doubtful() && !IsSound(trailers)) return;
  cluster_.LearnLoad(*member_, trailers, context_.loop.Now());
  owner_.OnAttemptTrailers(*this, std::move(trailers));
}

// What a client might read in another way, or end its connection over, does not go on to it.
bool Attempt::IsSound(http2::HeaderList& fields) {
  const auto sound = rpc::ApplyFieldRules(fields);
  if (sound) return true;
  context_.metrics.PeerFault(telemetry::Side::kEndpoint, telemetry::Fault::kOther);
  owner_.OnAttemptFailed(*this,
                         {.status = rpc::StatusCode::kInternal, .cause = rpc::Cause::kAnswered},
                         "its answer has " + sound.error());
  return false;
}

void Attempt::OnClosed(const http2::StreamEnd& end) {
  const rpc::AttemptOutcome outcome = OutcomeOf(end);
  owner_.OnAttemptFailed(*this, outcome, ReasonOf(outcome.cause, end));
}

}  // namespace evenkeel::proxy
