#include "proxy/attempt.h"

#include <utility>

namespace evenkeel::proxy {
namespace {

Attempt::Failure FailureOf(const http2::StreamEnd& end) {
  using Kind = Attempt::Failure::Kind;
  using Processed = http2::StreamEnd::Processed;
  if (end.processed == Processed::kNeverSent) {
    return {Kind::kNeverSent, end.code, "the connection ended before the call was sent"};
  }
  if (end.processed == Processed::kRefused) {
    return {Kind::kRefused, end.code, "refused by the endpoint before it was processed"};
  }
  if (end.by == http2::StreamEnd::By::kConnection) {
    return {Kind::kLost, end.code, "the connection to the endpoint was lost"};
  }
  const std::string who = end.by == http2::StreamEnd::By::kPeer
                              ? "the endpoint reset the stream: "
                              : "the endpoint broke the rules of HTTP/2 on the stream: ";
  return {Kind::kReset, end.code, who + std::string(http2::ErrorCodeName(end.code))};
}

}  // namespace

Attempt::Attempt(WorkerContext& context, pool::Pool& pool, Owner& owner)
    : context_(context),
      pool_(pool),
      owner_(owner),
      start_(context.loop.Now()),
      in_flight_(pool.endpoint()) {
  context_.metrics.AttemptStarted(pool_.id());
}

Attempt::~Attempt() { End(rpc::StatusCode::kCancelled, rpc::Origin::kClient); }

void Attempt::Open(http2::Session& session, const http2::HeaderList& headers,
                   std::span<const uint8_t> body, http2::EndStream end) {
  const bool headers_alone = body.empty() && end == http2::EndStream::kYes;
  http2::StreamHandler& handler = *this;
  stream_ = session.OpenStream(
      headers, headers_alone ? http2::EndStream::kYes : http2::EndStream::kNo, handler);
  if (!headers_alone) stream_->SubmitData(body, end);
}

void Attempt::SendBody(std::span<const uint8_t> bytes, http2::EndStream end) {
  stream_->SubmitData(bytes, end);
}

void Attempt::ReturnCredit(size_t count) {
  if (stream_) stream_->ReturnCredit(count);
}

void Attempt::End(rpc::StatusCode status, rpc::Origin origin) {
  if (std::exchange(ended_, true)) return;
  context_.metrics.AttemptFinished(pool_.id(), {status, origin, context_.loop.Now() - start_});
  in_flight_ = {};
  stream_.reset();
}

void Attempt::OnUnavailable(const std::string& reason) {
  owner_.OnAttemptFailed({Failure::Kind::kNeverSent, http2::ErrorCode::kNoError, reason});
}

void Attempt::OnHeaders(http2::HeaderList headers, http2::EndStream end) {
  owner_.OnAttemptHeaders(std::move(headers), end);
}

void Attempt::OnData(std::span<const uint8_t> bytes, http2::EndStream end) {
  owner_.OnAttemptData(bytes, end);
}

void Attempt::OnTrailers(http2::HeaderList trailers) {
  owner_.OnAttemptTrailers(std::move(trailers));
}

void Attempt::OnClosed(const http2::StreamEnd& end) { owner_.OnAttemptFailed(FailureOf(end)); }

}  // namespace evenkeel::proxy
