#include "proxy/call/attempt.h"

#include <utility>

namespace evenkeel::proxy {
namespace {

Attempt::Failure FailureOf(const http2::StreamEnd& end) {
  using Kind = Attempt::Failure::Kind;
  using Processed = http2::StreamEnd::Processed;
  if (end.processed == Processed::kNeverSent) {
    return {Kind::kNeverSent, rpc::Cause::kLocal, end.code,
            "the connection ended before the call was sent"};
  }
  if (end.processed == Processed::kRefused) {
    return {Kind::kRefused, rpc::Cause::kRefused, end.code,
            "refused by the endpoint before it was processed"};
  }
  if (end.by == http2::StreamEnd::By::kConnection) {
    return {Kind::kLost, rpc::Cause::kLost, end.code, "the connection to the endpoint was lost"};
  }
  const std::string who = end.by == http2::StreamEnd::By::kPeer
                              ? "the endpoint reset the stream: "
                              : "the endpoint broke the rules of HTTP/2 on the stream: ";
  return {Kind::kReset, rpc::Cause::kReset, end.code,
          who + std::string(http2::ErrorCodeName(end.code))};
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
  End(rpc::StatusCode::kCancelled, rpc::Origin::kClient, rpc::Cause::kCancelled);
}

void Attempt::Open(http2::Session& session, const http2::HeaderList& headers,
                   std::span<const uint8_t> body, http2::EndStream end) {
  // Some servers close the connection over it, and with it the calls of all other clients.
  if (headers.list_size() > session.peer_max_header_list()) {
    return owner_.OnAttemptFailed(
        *this, {Failure::Kind::kTooLarge, rpc::Cause::kLocal, http2::ErrorCode::kNoError,
                "it does not accept metadata as large as the call's (its MAX_HEADER_LIST_SIZE)"});
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

void Attempt::End(rpc::StatusCode status, rpc::Origin origin, rpc::Cause cause) {
  if (std::exchange(ended_, true)) return;
  const base::Time now = context_.loop.Now();
  const rpc::Outcome outcome{status, origin, now - start_, cause};
  context_.metrics.AttemptFinished(pool_.id(), outcome);
  const base::Duration latency = this->latency();
  const rpc::Verdict verdict = cluster_.Learn(*member_, outcome, latency);
  in_flight_.Finish(cluster_.picker(), {KindOf(verdict), latency, now});
  StopWaiting();
  stream_.reset();
}

void Attempt::OnUnavailable(const std::string& reason) {
  // With a connection that works, the reason is ours.
  const auto cause =
      pool_.state() == pool::Pool::State::kReady ? rpc::Cause::kLocal : rpc::Cause::kNotConnected;
  owner_.OnAttemptFailed(*this,
                         {Failure::Kind::kNeverSent, cause, http2::ErrorCode::kNoError, reason});
}

void Attempt::OnFull(const std::string& reason) {
  owner_.OnAttemptFailed(
      *this, {Failure::Kind::kShed, rpc::Cause::kLocal, http2::ErrorCode::kNoError, reason});
}

void Attempt::OnHeaders(http2::HeaderList headers, http2::EndStream end) {
  if (end == http2::EndStream::kYes) cluster_.LearnLoad(*member_, headers, context_.loop.Now());
  owner_.OnAttemptHeaders(*this, std::move(headers), end);
}

void Attempt::OnData(std::span<const uint8_t> bytes, http2::EndStream end) {
  if (!first_data_) first_data_ = context_.loop.Now();
  owner_.OnAttemptData(*this, bytes, end);
}

void Attempt::OnTrailers(http2::HeaderList trailers) {
  cluster_.LearnLoad(*member_, trailers, context_.loop.Now());
  owner_.OnAttemptTrailers(*this, std::move(trailers));
}

void Attempt::OnClosed(const http2::StreamEnd& end) {
  owner_.OnAttemptFailed(*this, FailureOf(end));
}

}  // namespace evenkeel::proxy
