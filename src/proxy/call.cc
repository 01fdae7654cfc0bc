#include "proxy/call.h"

#include <cstdlib>
#include <utility>

#include "base/check.h"
#include "rpc/message.h"
#include "rpc/timeout.h"

namespace evenkeel::proxy {
namespace {

using http2::EndStream;
using rpc::Cause;
using rpc::Origin;
using rpc::StatusCode;

// How much before our timer a client's own deadline may end a call: the way here, and clients that
// round grpc-timeout up.
constexpr auto kDeadlineSlack = std::chrono::milliseconds(5);
constexpr int kDeadlineSlackShare = 20;

std::string_view Value(const http2::HeaderList& headers, std::string_view name) {
  return headers.Find(name).value_or("");
}

// What a response is worth whose headers are no gRPC response's: a present grpc-status wins, else
// the HTTP status decides.
rpc::Status StatusOfForeign(const http2::HeaderList& headers, const std::string& address) {
  const std::string_view http_status = Value(headers, ":status");
  std::string text = "endpoint " + address + " answered HTTP " + std::string(http_status);
  if (const auto status = rpc::ParseStatus(Value(headers, "grpc-status"))) return {*status, text};
  text +=
      " without grpc-status, content-type \"" + std::string(Value(headers, "content-type")) + "\"";
  return {rpc::StatusFromHttp(std::atoi(std::string(http_status).c_str())), text};
}

bool IsGrpcResponse(const http2::HeaderList& headers) {
  return Value(headers, ":status") == "200" &&
         rpc::IsGrpcContentType(Value(headers, "content-type"));
}

}  // namespace

Call::Call(WorkerContext& context, base::LocalPtr<const Routes> routes,
           std::string_view client_host, http2::StreamHandle stream, http2::HeaderList request,
           Owner& owner)
    : context_(context),
      routes_(std::move(routes)),
      client_host_(client_host),
      owner_(owner),
      stream_(std::move(stream)),
      request_(std::move(request)),
      start_(context.loop.Now()) {
  stream_->SetHandler(*this);
}

Call::~Call() {
  if (state_ != State::kFinished) Record(StatusCode::kCancelled, Origin::kClient);
}

void Call::Start(EndStream end) {
  body_.Add({}, end);
  if (!CheckRequest()) return;
  // Where both are given the authority decides, and the endpoint must not see another.
  if (request_.Find(":authority")) request_.Remove("host");
  method_ = context_.metrics.InternMethod(Value(request_, ":path"));
  context_.metrics.CallStarted(*method_);
  if (!ArmDeadline() || !Route()) return;
  StartAttempt();
}

bool Call::CheckRequest() {
  if (Value(request_, ":method") != "POST") {
    AnswerNotGrpc("405", "gRPC calls are POST requests.\n");
    return false;
  }
  if (!rpc::IsGrpcContentType(Value(request_, "content-type"))) {
    AnswerNotGrpc("415", "gRPC calls have content-type application/grpc.\n");
    return false;
  }
  return true;
}

bool Call::ArmDeadline() {
  if (request_.truncated()) {
    context_.metrics.PeerFault(telemetry::Side::kClient, telemetry::Fault::kHeadersTooLarge);
    FinishByProxy({StatusCode::kResourceExhausted,
                   "the request's metadata is larger than max_header_list allows"});
    return false;
  }
  const auto header = request_.Find("grpc-timeout");
  if (!header) return true;
  const auto timeout = rpc::ParseTimeout(*header);
  if (!timeout) {
    context_.metrics.PeerFault(telemetry::Side::kClient, telemetry::Fault::kBadTimeout);
    FinishByProxy(
        {StatusCode::kInternal, "cannot read grpc-timeout \"" + std::string(*header) + "\""});
    return false;
  }
  if (*timeout > base::Time::max() - start_) return true;  // beyond the clock's end: none
  deadline_ = start_ + *timeout;
  deadline_timer_.emplace(context_.loop, [this] { OnDeadline(); });
  deadline_timer_->StartAt(*deadline_);
  return true;
}

bool Call::Route() {
  const std::string_view path = Value(request_, ":path");
  const auto parts = rpc::ParsePath(path);
  route_ = parts ? routes_->table->Find(*parts, request_) : nullptr;
  if (route_ == nullptr) {
    FinishByProxy({StatusCode::kUnimplemented, "no route for " + std::string(path)});
    return false;
  }
  cluster_ = routes_->clusters[route_->cluster].get();
  return true;
}

void Call::StartAttempt() {
  Cluster::Member* member = Pick();
  if (member == nullptr) {
    Cluster::Waiter& waiter = *this;
    if (cluster_->Wait(waiter)) return;
    const std::string why = cluster_->WhyNone();
    return FinishByProxy(
        {StatusCode::kUnavailable, last_trouble_.empty() ? why : last_trouble_ + "; " + why});
  }
  ++attempts_;
  Attempt::Owner& owner = *this;
  attempt_ = std::make_unique<Attempt>(context_, *cluster_, *member, owner);
  attempt_->Start();
}

Cluster::Member* Call::Pick() {
  balancer::CallFacts facts{.path = Value(request_, ":path"),
                            .now = context_.loop.Now(),
                            .avoid = excluded_,
                            .hash_key = HashKey()};
  if (refused_by_ == nullptr) return cluster_->Pick(facts);
  // Elsewhere if there is an elsewhere; else the same endpoint, by then on another connection.
  excluded_.push_back(refused_by_);
  facts.avoid = excluded_;
  Cluster::Member* member = cluster_->Pick(facts);
  excluded_.pop_back();
  facts.avoid = excluded_;
  if (member != nullptr || cluster_->HasHope()) return member;
  return cluster_->Pick(facts);
}

// Several values of one key hash as one, joined by "," (gRFC A76).
std::string_view Call::HashKey() {
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

void Call::OnHeaders(http2::HeaderList, EndStream) {
  CHECK(!"a client's headers come with the call");
}

void Call::OnData(std::span<const uint8_t> bytes, EndStream end) {
  if (state_ == State::kFinished) return;  // RST_STREAM is on its way to the client
  body_.Add(bytes, end);
  if (!attempt_ || !attempt_->open()) return;
  if (body_.over_limit()) body_.Commit();
  attempt_->SendBody(bytes, end);
}

// gRPC knows no trailers of requests; the end of the stream is what counts.
void Call::OnTrailers(http2::HeaderList) { OnData({}, EndStream::kYes); }

void Call::OnSent(size_t count) {
  if (attempt_) attempt_->ReturnCredit(count);
}

void Call::OnClosed(const http2::StreamEnd&) {
  if (state_ != State::kFinished) {
    const bool late = IsAtDeadline();
    const StatusCode status = late ? StatusCode::kDeadlineExceeded : StatusCode::kCancelled;
    EndAttempt(status, Origin::kClient, late ? Cause::kDeadline : Cause::kCancelled);
    Record(status, Origin::kClient);
  }
  owner_.OnCallGone(*this);
}

void Call::OnAttemptOpen(http2::Session& session) {
  if (deadline_) {
    const base::Duration left = *deadline_ - context_.loop.Now();
    if (left <= base::Duration::zero()) return OnDeadline();
    request_.Set("grpc-timeout", rpc::FormatTimeout(left));
  }
  body_.AttemptStarted();
  attempt_->Open(session, request_, body_.kept(), body_.ended());
  if (body_.over_limit()) body_.Commit();
}

void Call::OnAttemptHeaders(http2::HeaderList headers, EndStream end) {
  if (!IsGrpcResponse(headers)) {
    const rpc::Status status = StatusOfForeign(headers, attempt_->address());
    return Finish(status, Origin::kEndpoint, Cause::kAnswered);
  }
  if (end == EndStream::kYes) return ForwardTrailersOnly(std::move(headers));
  header_status_ = rpc::ParseStatus(Value(headers, "grpc-status"));
  state_ = State::kResponding;
  body_.Commit();
  stream_->SubmitHeaders(headers, EndStream::kNo);
}

void Call::ForwardTrailersOnly(http2::HeaderList headers) {
  const auto status = rpc::ParseStatus(Value(headers, "grpc-status"));
  if (!status) {
    return Finish(StatusOfForeign(headers, attempt_->address()), Origin::kEndpoint,
                  Cause::kAnswered);
  }
  stream_->SubmitHeaders(headers, EndStream::kYes);
  EndAttempt(*status, Origin::kEndpoint, Cause::kAnswered);
  Record(*status, Origin::kEndpoint);
}

void Call::OnAttemptData(std::span<const uint8_t> bytes, EndStream end) {
  if (!bytes.empty()) stream_->SubmitData(bytes, EndStream::kNo);
  if (end == EndStream::kNo) return;
  if (header_status_) {  // an unusual Trailers-Only, ended by an empty DATA; forwarded as it came
    stream_->SubmitData({}, EndStream::kYes);
    EndAttempt(*header_status_, Origin::kEndpoint, Cause::kAnswered);
    return Record(*header_status_, Origin::kEndpoint);
  }
  context_.metrics.PeerFault(telemetry::Side::kEndpoint, telemetry::Fault::kMissingStatus);
  Finish({StatusCode::kUnknown,
          "endpoint " + attempt_->address() + " ended the response without grpc-status"},
         Origin::kEndpoint, Cause::kAnswered);
}

void Call::OnAttemptTrailers(http2::HeaderList trailers) {
  auto status = rpc::ParseStatus(Value(trailers, "grpc-status"));
  if (!status) {
    context_.metrics.PeerFault(telemetry::Side::kEndpoint, telemetry::Fault::kMissingStatus);
    status = StatusCode::kUnknown;
    trailers.Set("grpc-status", rpc::StatusNumber(*status));
  }
  stream_->SubmitTrailers(std::move(trailers));
  EndAttempt(*status, Origin::kEndpoint, Cause::kAnswered);
  Record(*status, Origin::kEndpoint);
}

void Call::OnAttemptSent(size_t count) {
  if (const size_t due = body_.Sent(count)) stream_->ReturnCredit(due);
}

void Call::OnAttemptFailed(const Attempt::Failure& failure) {
  const bool retry = MayRetry(failure);
  const balancer::Endpoint* endpoint = attempt_->pool().endpoint().get();
  const std::string address = attempt_->address();
  const StatusCode status = failure.kind == Attempt::Failure::Kind::kReset
                                ? rpc::StatusFromReset(static_cast<uint32_t>(failure.code))
                                : StatusCode::kUnavailable;
  if (retry) context_.metrics.TransparentRetry(attempt_->pool().id());
  if (!retry) {
    return Finish({status, "endpoint " + address + ", attempt " + std::to_string(attempts_) + ": " +
                               failure.reason},
                  Origin::kProxy, failure.cause);
  }
  EndAttempt(status, Origin::kProxy, failure.cause);
  last_trouble_ = "endpoint " + address + ": " + failure.reason;
  if (failure.kind == Attempt::Failure::Kind::kRefused) {
    refused_by_ = endpoint;
  } else {
    excluded_.push_back(endpoint);
  }
  StartAttempt();
}

// Transparent retries (gRFC A6): what never left us as often as there are endpoints left, what an
// endpoint did not process once. Everything else is the configured policy's business.
bool Call::MayRetry(const Attempt::Failure& failure) const {
  if (state_ != State::kOpen || body_.committed()) return false;
  if (failure.kind == Attempt::Failure::Kind::kNeverSent) return true;
  return failure.kind == Attempt::Failure::Kind::kRefused && refused_by_ == nullptr;
}

void Call::OnDeadline() {
  std::string text = "deadline exceeded after " +
                     std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(
                                        context_.loop.Now() - start_)
                                        .count()) +
                     " ms";
  if (attempt_) {
    text +=
        attempt_->open() ? ", waiting for endpoint " : ", waiting for a connection to endpoint ";
    text += attempt_->address() + " (attempt " + std::to_string(attempts_) + ")";
  } else if (cluster_ != nullptr) {
    text += ": " + cluster_->WhyNone();
  }
  const Cause cause = attempt_ && attempt_->open() ? Cause::kDeadline : Cause::kLocal;
  if (state_ != State::kFinished) {
    Finish({StatusCode::kDeadlineExceeded, text}, Origin::kProxy, cause);
  }
}

// The client's own timer started before ours and so fires before it: a reset that comes with the
// deadline is the deadline, and the endpoint that let it pass must not get away with it.
bool Call::IsAtDeadline() const {
  if (!deadline_ || !attempt_ || !attempt_->open()) return false;
  const base::Duration left = *deadline_ - context_.loop.Now();
  return left <= kDeadlineSlack + (*deadline_ - start_) / kDeadlineSlackShare;
}

void Call::EndAttempt(StatusCode status, Origin origin, Cause cause) {
  if (!attempt_) return;
  attempt_->End(status, origin, cause);
  context_.loop.DeleteLater(std::move(attempt_));
}

void Call::FinishByProxy(const rpc::Status& status) {
  if (state_ != State::kFinished) Finish(status, Origin::kProxy, Cause::kLocal);
}

void Call::Finish(const rpc::Status& status, Origin origin, Cause cause) {
  if (state_ == State::kResponding) {
    stream_->SubmitTrailers(rpc::Trailers(status));
  } else {
    stream_->SubmitHeaders(rpc::TrailersOnly(status), EndStream::kYes);
  }
  EndAttempt(status.code, origin, cause);
  Record(status.code, origin);
}

void Call::AnswerNotGrpc(std::string_view http_status, std::string_view text) {
  context_.metrics.PeerFault(telemetry::Side::kClient, telemetry::Fault::kNotGrpc);
  http2::HeaderList headers = rpc::HttpAnswer(http_status);
  if (http_status == "405") headers.Add("allow", "POST");
  stream_->SubmitHeaders(headers, EndStream::kNo);
  stream_->SubmitData({reinterpret_cast<const uint8_t*>(text.data()), text.size()},
                      EndStream::kYes);
  state_ = State::kFinished;
}

void Call::Record(StatusCode status, Origin origin) {
  state_ = State::kFinished;
  StopWaiting();
  if (deadline_timer_) deadline_timer_->Stop();
  if (method_) {
    context_.metrics.CallFinished(*method_, {status, origin, context_.loop.Now() - start_});
  }
}

}  // namespace evenkeel::proxy
