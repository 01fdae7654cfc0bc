#include "proxy/call/call.h"

#include <algorithm>
#include <utility>

#include "lib/base/check.h"
#include "lib/rpc/message.h"
#include "lib/rpc/timeout.h"
#include "proxy/call/admission.h"
#include "proxy/call/mirrored_call.h"
#include "proxy/route/header_edits.h"

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

// A client that resets older calls than this is no attacker: while they lived they held places
// under max_concurrent_streams.
constexpr auto kYoung = std::chrono::seconds(1);

std::string_view Value(const http2::HeaderList& headers, std::string_view name) {
  return headers.Find(name).value_or("");
}

std::string Milliseconds(base::Duration duration) {
  return std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(duration).count()) +
         " ms";
}

}  // namespace

Call::Call(WorkerContext& context, const CurrentRoutes& current_routes,
           std::string_view client_host, http2::StreamHandle stream, http2::HeaderList request,
           Owner& owner)
    : context_(context),
      current_routes_(current_routes),
      routes_(current_routes),
      client_host_(client_host),
      owner_(owner),
      stream_(std::move(stream)),
      request_(std::move(request)),
      start_(context.loop.Now()),
      timer_(context.loop, *this),
      attempts_(context, request_, *this) {
  stream_->SetHandler(*this);
}

Call::~Call() {
  if (state_ != State::kFinished) Record(StatusCode::kCancelled, Origin::kClient);
}

void Call::Start(EndStream end) {
  attempts_.AddRequest({}, end);
  if (!CheckRequest()) return;
  // Where both are given the authority decides, and the endpoint must not see another.
  if (request_.Find(":authority")) request_.Remove("host");
  method_ = context_.metrics.InternMethod(Value(request_, ":path"));
  context_.metrics.CallStarted(*method_);
  if (!ReadTimeout() || !Route()) return;
  if (route_->answered == RouteTable::Answered::kHere) return AnswerHere(end);
  if (!IsAdmitted()) return;
  StartClock();
  if (rules_->max_request_message) request_limit_.emplace(*rules_->max_request_message);
  if (rules_->max_response_message) response_limit_.emplace(*rules_->max_response_message);
  Depart();
  if (end == EndStream::kYes) CopyRequest({}, end);
}

bool Call::CheckRequest() {
  if (Value(request_, ":method") != "POST") {
    AnswerNotGrpc("405", "gRPC calls are POST requests.\n");
    return false;
  }
  // One that was cut off is refused for that.
  if (!request_.truncated() && !rpc::IsGrpcContentType(Value(request_, "content-type"))) {
    AnswerNotGrpc("415", "gRPC calls have content-type application/grpc.\n");
    return false;
  }
  return true;
}

bool Call::ReadTimeout() {
  if (request_.truncated()) {
    context_.metrics.PeerFault(telemetry::Side::kClient, telemetry::Fault::kHeadersTooLarge);
    FinishByProxy({StatusCode::kResourceExhausted,
                   "the request's metadata is larger than max_header_list allows"});
    request_ = {};  // large, and the client decides when the stream closes
    return false;
  }
  const auto header = request_.Find("grpc-timeout");
  if (!header) return true;
  timeout_ = rpc::ParseTimeout(*header);
  if (timeout_) return true;
  context_.metrics.PeerFault(telemetry::Side::kClient, telemetry::Fault::kBadTimeout);
  FinishByProxy(
      {StatusCode::kInternal, "cannot read grpc-timeout \"" + std::string(*header) + "\""});
  return false;
}

bool Call::Route() {
  const std::string_view path = Value(request_, ":path");
  const auto parts = rpc::ParsePath(path);
  route_ = parts ? routes_->table->Find(*parts, request_) : nullptr;
  if (route_ == nullptr) {
    FinishByProxy({StatusCode::kUnimplemented, "no route for " + std::string(path)});
    return false;
  }
  rules_ = &route_->rules.For(*parts);
  return true;
}

bool Call::IsAdmitted() {
  const RouteTraffic& traffic = route_->traffic;
  cluster_ = routes_->clusters[traffic.Draw(route_->cluster, context_.random)].get();
  const auto refusal = Admit(context_, traffic, *cluster_, request_, place_);
  if (!refusal) return true;
  cluster_->CountShed(refusal->reason);
  stream_->SubmitHeaders(refusal->ToAnswer(), EndStream::kYes);
  Record(refusal->status.code, Origin::kProxy);
  return false;
}

void Call::AnswerHere(EndStream end) {
  StartClock();
  AnswerHandler& owner = *this;
  health_ = std::make_unique<HealthCall>(context_.health, current_routes_, request_, owner);
  if (end == EndStream::kYes) health_->AddRequest({}, end);
}

void Call::Depart() {
  const RouteTraffic& traffic = route_->traffic;
  const FaultInjection::Fault fault =
      traffic.fault ? traffic.fault->Draw(request_, context_.random) : FaultInjection::Fault{};
  Edit(request_, traffic.request_headers);
  if (fault.abort == nullptr && traffic.DrawMirror(context_.random)) {
    copy_ = MirroredCall::Launch(context_, routes_->clusters[traffic.mirror->cluster], request_,
                                 timer_.deadline());
  }
  if (fault.delay == base::Duration::zero()) return SendOn(fault.abort);
  delay_ = std::make_unique<net::Timer>(context_.loop, [this, fault] { SendOn(fault.abort); });
  delay_->StartAfter(fault.delay);
}

void Call::SendOn(const rpc::Status* abort) {
  if (abort != nullptr) return FinishByProxy(*abort);
  attempts_.Begin({cluster_, rules_, timer_.deadline(), client_host_});
}

void Call::CopyRequest(std::span<const uint8_t> bytes, EndStream end) {
  if (const auto copy = copy_.lock()) copy->Add(bytes, end);
}

// The route's timeout only shortens the client's, or stands in for it.
void Call::StartClock() {
  std::optional<base::Duration> timeout = timeout_;
  if (rules_->timeout) timeout = timeout ? std::min(*timeout, *rules_->timeout) : *rules_->timeout;
  CallTimer::Limits limits;
  // Beyond the clock's end: none.
  if (timeout && *timeout <= base::Time::max() - start_) limits.deadline = start_ + *timeout;
  if (rules_->max_stream_duration) limits.end = start_ + *rules_->max_stream_duration;
  limits.silence = rules_->idle_timeout;
  timer_.Start(limits);
}

void Call::OnHeaders(http2::HeaderList, EndStream) {
  CHECK(!"a client's headers come with the call");
}

void Call::OnData(std::span<const uint8_t> bytes, EndStream end) {
  if (state_ == State::kFinished) return;  // RST_STREAM is on its way to the client
  if (health_) return health_->AddRequest(bytes, end);
  timer_.Touch();
  if (!Allows(request_limit_, bytes, "request")) return;
  CopyRequest(bytes, end);
  attempts_.AddRequest(bytes, end);
}

// gRPC knows no trailers of requests; the end of the stream is what counts.
void Call::OnTrailers(http2::HeaderList) { OnData({}, EndStream::kYes); }

void Call::OnSent(size_t count) {
  if (health_) return health_->OnSent(count);
  attempts_.ReturnCredit(count);
}

void Call::OnClosed(const http2::StreamEnd&) {
  if (state_ != State::kFinished) {
    const bool late = IsAtDeadline();
    const StatusCode status = late ? StatusCode::kDeadlineExceeded : StatusCode::kCancelled;
    attempts_.Cancel(status, Origin::kClient, late ? Cause::kDeadline : Cause::kCancelled);
    Record(status, Origin::kClient);
  }
  owner_.OnCallGone(*this);
}

// A deadline of next to nothing would let an attacker reset as he likes.
bool Call::MayBeReset() const {
  return Age() >= kYoung || (Age() > kDeadlineSlack && IsAtDeadline());
}

void Call::OnAnswerHeaders(http2::HeaderList headers) {
  state_ = State::kResponding;
  Edit(headers, route_->traffic.response_headers);
  stream_->SubmitHeaders(std::move(headers), EndStream::kNo);
}

void Call::OnAnswerData(std::span<const uint8_t> bytes) {
  timer_.Touch();
  if (Allows(response_limit_, bytes, "response")) stream_->SubmitData(bytes, EndStream::kNo);
}

void Call::OnAnswerEnd(http2::HeaderList* fields, StatusCode status) {
  if (fields == nullptr) {
    stream_->SubmitData({}, EndStream::kYes);
  } else if (state_ == State::kResponding) {
    stream_->SubmitTrailers(std::move(*fields));
  } else {
    Edit(*fields, route_->traffic.response_headers);
    stream_->SubmitHeaders(std::move(*fields), EndStream::kYes);
  }
  Record(status, Origin::kEndpoint);
}

void Call::OnOwnStatus(const rpc::Status& status, Origin origin) {
  Finish(status, origin, Cause::kLocal);
}

void Call::OnExpired(CallTimer::Expiry expiry) {
  if (state_ == State::kFinished) return;
  switch (expiry) {
    case CallTimer::Expiry::kDeadline:
      return OnDeadline();
    case CallTimer::Expiry::kDuration:
      return FinishByProxy({StatusCode::kDeadlineExceeded,
                            "max_stream_duration: the call has lasted " + Milliseconds(Age())});
    case CallTimer::Expiry::kSilence:
      return FinishByProxy({StatusCode::kUnavailable, "idle_timeout: no message either way for " +
                                                          Milliseconds(*rules_->idle_timeout)});
  }
}

void Call::OnDeadline() {
  Finish({StatusCode::kDeadlineExceeded,
          "deadline exceeded after " + Milliseconds(Age()) + attempts_.WaitsFor()},
         Origin::kProxy, Cause::kDeadline);
}

// The client's own timer started before ours and so fires before it: a reset that comes with the
// deadline is the deadline, and the endpoint that let it pass must not get away with it.
bool Call::IsAtDeadline() const {
  const auto& deadline = timer_.deadline();
  if (!deadline) return false;
  const base::Duration left = *deadline - context_.loop.Now();
  return left <= kDeadlineSlack + (*deadline - start_) / kDeadlineSlackShare;
}

bool Call::Allows(std::optional<rpc::MessageLimit>& limit, std::span<const uint8_t> bytes,
                  std::string_view whose) {
  if (!limit || limit->Allows(bytes)) return true;
  FinishByProxy({StatusCode::kResourceExhausted, "a message of the " + std::string(whose) +
                                                     " is larger than max_" + std::string(whose) +
                                                     "_message_bytes allows"});
  return false;
}

void Call::FinishByProxy(const rpc::Status& status) {
  if (state_ != State::kFinished) Finish(status, Origin::kProxy, Cause::kLocal);
}

StreamMover::Stream Call::stream() const {
  return {start_, state_ == State::kFinished ? nullptr : attempts_.endpoint()};
}

void Call::Move() {
  if (state_ == State::kFinished) return;
  const rpc::Status status{StatusCode::kUnavailable,
                           "move_streams: ended to be opened anew, on an endpoint with less to do"};
  http2::HeaderList fields =
      state_ == State::kResponding ? rpc::Trailers(status) : rpc::TrailersOnly(status);
  fields.Add("grpc-retry-pushback-ms", "0");
  if (state_ == State::kResponding) {
    stream_->SubmitTrailers(std::move(fields));
  } else {
    stream_->SubmitHeaders(fields, EndStream::kYes);
  }
  attempts_.Cancel(status.code, Origin::kProxy, Cause::kLocal);
  Record(status.code, Origin::kProxy);
  cluster_->CountMoved();
}

void Call::Finish(const rpc::Status& status, Origin origin, Cause cause) {
  if (state_ == State::kResponding) {
    stream_->SubmitTrailers(rpc::Trailers(status));
  } else {
    stream_->SubmitHeaders(rpc::TrailersOnly(status), EndStream::kYes);
  }
  attempts_.Cancel(status.code, origin, cause);
  Record(status.code, origin);
}

void Call::AnswerNotGrpc(std::string_view http_status, std::string_view text) {
  context_.metrics.PeerFault(telemetry::Side::kClient, telemetry::Fault::kNotGrpc);
  http2::HeaderList headers = rpc::HttpAnswer(http_status);
  if (http_status == "405") headers.Add("allow", "POST");
  stream_->SubmitHeaders(std::move(headers), EndStream::kNo);
  stream_->SubmitData({reinterpret_cast<const uint8_t*>(text.data()), text.size()},
                      EndStream::kYes);
  Record(StatusCode::kUnknown, Origin::kProxy);  // not a call, and so counted nowhere
}

void Call::ResetIfStuck() {
  if (state_ != State::kFinished) return;
  if (std::exchange(last_unsent_, stream_->unsent()) == stream_->unsent()) {
    stream_->Reset(http2::ErrorCode::kCancel);
  }
}

void Call::Record(StatusCode status, Origin origin) {
  state_ = State::kFinished;
  timer_.Stop();
  if (delay_) delay_->Stop();
  place_.Release();
  if (health_) health_->Stop();
  if (const auto copy = copy_.lock()) copy->OnOriginalEnded(origin);
  if (method_) context_.metrics.CallFinished(*method_, {status, origin, Age()});
  owner_.OnCallFinished();
}

}  // namespace evenkeel::proxy
