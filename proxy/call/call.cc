#include "proxy/call/call.h"

#include <algorithm>
#include <utility>

#include "lib/base/check.h"
#include "lib/http2/error_code.h"
#include "lib/rpc/field_rules.h"
#include "lib/rpc/fit_answer.h"
#include "lib/rpc/message.h"
#include "lib/rpc/timeout.h"
#include "proxy/call/deadline.h"
#include "proxy/route/admission.h"
#include "proxy/route/header_edits.h"

namespace evenkeel::proxy {
namespace {

using http2::EndStream;
using rpc::Cause;
using rpc::Origin;
using rpc::StatusCode;

// Of an endpoint's message.
constexpr size_t kMostWords = 256;

std::string_view Value(const http2::HeaderList& headers, std::string_view name) {
  return headers.Find(name).value_or("");
}

std::string Milliseconds(base::Duration duration) {
  return std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(duration).count()) +
         " ms";
}

// Those of a status of ours.
http2::HeaderList FieldsOf(const FinalStatus& end, http2::HeaderList (*make)(const rpc::Status&)) {
  http2::HeaderList fields = make(end.status);
  if (end.pushback) {
    const auto wait = std::chrono::ceil<std::chrono::milliseconds>(*end.pushback);
    fields.Add("grpc-retry-pushback-ms", std::to_string(wait.count()));
  }
  return fields;
}

// What a record says of a failure.
std::string WordsOf(const FinalStatus& end) {
  if (end.form != FinalStatus::Form::kFields) return end.status.message;
  return std::string(Value(*end.fields, "grpc-message").substr(0, kMostWords));
}

}  // namespace

Call::Call(WorkerContext& context, const CurrentRoutes& current_routes, const net::Peer& client,
           http::ServerStreamHandle stream, http2::HeaderList request, Owner& owner)
    : context_(context),
      current_routes_(current_routes),
      routes_(current_routes),
      client_(client),
      owner_(owner),
      stream_(std::move(stream)),
      request_(std::move(request)),
      record_{.started = context.loop.Now()},
      timer_(context.loop, *this),
      attempts_(context, request_, record_, *this),
      stages_(context, request_, attempts_, *this) {
  stream_->SetHandler(*this);
}

// What it has, its members let go of.
Call::~Call() {
  if (state_ != State::kFinished) {
    Close({.status = {StatusCode::kCancelled, ""},
           .origin = Origin::kClient,
           .cause = Cause::kCancelled});
  }
}

void Call::Start(EndStream end, const rpc::Status* refusal) {
  if (context_.sink != nullptr) {
    record_.path = Value(request_, ":path");
    record_.client = client_.address;
    record_.request = &request_;
    record_.listener = routes_->table->listener();
    if (end == EndStream::kYes) record_.request_ended = record_.started;
    context_.sink->OnCallStarted(record_);
  }
  if (end == EndStream::kYes) attempts_.AddRequest({}, end);
  if (!CheckRequest()) return;
  record_.method = context_.metrics.FindMethod(Value(request_, ":path"));
  counted_ = true;
  context_.metrics.CallStarted(record_.method);
  if (refusal != nullptr) return End({*refusal});
  if (!ReadTimeout() || !Admit() || !Route()) return;
  StartClock();
  if (rules_->max_request_message) request_limit_.emplace(*rules_->max_request_message);
  if (rules_->max_response_message) response_limit_.emplace(*rules_->max_response_message);
  stages_.Begin({route_, &client_, caller_.get(), routes_.get(), cluster_, timer_.deadline()});
  if (route_->answered == RouteTable::Answered::kHere) return AnswerHere(end);
  OnStagesResume();
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
    End({{StatusCode::kResourceExhausted,
          "the request's metadata is larger than max_header_list allows"}});
    request_ = {};  // large, and the client decides when the stream closes
    return false;
  }
  if (request_.doubtful() && !IsClear()) return false;
  const auto header = request_.Find("grpc-timeout");
  if (!header) return true;
  timeout_ = rpc::ParseTimeout(*header);
  if (timeout_ == base::Duration::zero()) {
    End({{StatusCode::kDeadlineExceeded, "the deadline had passed when the call came"}});
    return false;
  }
  if (timeout_) return true;
  context_.metrics.PeerFault(telemetry::Side::kClient, telemetry::Fault::kBadTimeout);
  End({{StatusCode::kInternal, "cannot read grpc-timeout \"" + std::string(*header) + "\""}});
  return false;
}

// An endpoint might end the connection over it that others share.
bool Call::IsClear() {
  const auto sound = rpc::ApplyFieldRules(request_);
  if (sound) return true;
  context_.metrics.PeerFault(telemetry::Side::kClient, telemetry::Fault::kOther);
  End({{StatusCode::kInternal, "the request has " + sound.error()}});
  return false;
}

bool Call::Admit() {
  const Admission* const admission = routes_->table->admission();
  if (admission == nullptr) return true;
  auto admitted = admission->Admit(request_, context_.callers, context_.loop.Now());
  if (!admitted) {
    End({std::move(admitted.error())});
    return false;
  }
  caller_ = std::move(*admitted);
  return true;
}

bool Call::Route() {
  const std::string_view path = Value(request_, ":path");
  const auto parts = rpc::ParsePath(path);
  route_ = parts ? routes_->table->Find(*parts, request_) : nullptr;
  if (route_ == nullptr) {
    End({{StatusCode::kUnimplemented, "no route for " + std::string(path)}});
    return false;
  }
  rules_ = &route_->rules.For(*parts);
  if (route_->answered == RouteTable::Answered::kByCluster) {
    cluster_ = routes_->clusters[route_->traffic.Draw(route_->cluster, context_.random)].get();
  }
  return true;
}

// Of stages such a route has none that waits.
void Call::AnswerHere(EndStream end) {
  if (stages_.Next() == StageRun::Outcome::kRefused) return End(stages_.refusal());
  AnswerHandler& owner = *this;
  health_ = std::make_unique<HealthCall>(context_.health, current_routes_, request_, owner);
  answerer_ = health_.get();
  if (end == EndStream::kYes) answerer_->AddRequest({}, end);
}

void Call::OnStagesResume() {
  switch (stages_.Next()) {
    case StageRun::Outcome::kPassed:
      record_.sent_on = context_.loop.Now();
      return attempts_.Begin({cluster_, rules_, timer_.deadline(), client_.address});
    case StageRun::Outcome::kRefused:
      return End(stages_.refusal());
    case StageRun::Outcome::kWaits:
      return;
  }
}

// The route's timeout only shortens the client's, or stands in for it.
void Call::StartClock() {
  std::optional<base::Duration> timeout = timeout_;
  if (rules_->timeout) timeout = timeout ? std::min(*timeout, *rules_->timeout) : *rules_->timeout;
  CallTimer::Limits limits;
  // Beyond the clock's end: none.
  if (timeout && *timeout <= base::Time::max() - record_.started) {
    limits.deadline = record_.started + *timeout;
  }
  if (rules_->max_stream_duration) limits.end = record_.started + *rules_->max_stream_duration;
  limits.silence = rules_->idle_timeout;
  timer_.Start(limits);
}

void Call::OnHeaders(http2::HeaderList, EndStream) {
  CHECK(!"a client's headers come with the call");
}

void Call::OnData(std::span<const uint8_t> bytes, EndStream end) {
  if (state_ == State::kFinished) return;  // RST_STREAM is on its way to the client
  record_.request_bytes += bytes.size();
  if (context_.sink != nullptr && end == EndStream::kYes) {
    record_.request_ended = context_.loop.Now();
  }
  timer_.Touch();
  if (!Allows(request_limit_, bytes, "request")) return;
  stages_.AddRequest(bytes, end);
  answerer_->AddRequest(bytes, end);
}

// gRPC knows no trailers of requests; the end of the stream is what counts.
void Call::OnTrailers(http2::HeaderList) { OnData({}, EndStream::kYes); }

void Call::OnSent(size_t count) { answerer_->ReturnCredit(count); }

void Call::OnClosed(const http2::StreamEnd&) {
  if (state_ != State::kFinished) {
    const bool late = IsAtDeadline();
    End({.status = {late ? StatusCode::kDeadlineExceeded : StatusCode::kCancelled, ""},
         .origin = Origin::kClient,
         .cause = late ? Cause::kDeadline : Cause::kCancelled,
         .form = FinalStatus::Form::kUntold});
  }
  owner_.OnCallGone(*this);
}

bool Call::MayBeReset() const {
  const bool unanswered =
      state_ != State::kFinished || record_.status == StatusCode::kDeadlineExceeded;
  return unanswered && IsAtDeadline();
}

void Call::OnAnswerHeaders(http2::HeaderList headers) {
  state_ = State::kResponding;
  record_.answer_started = context_.loop.Now();
  Edit(headers, route_->traffic.response_headers);
  stream_->SubmitHeaders(std::move(headers), EndStream::kNo);
}

void Call::OnAnswerData(std::span<const uint8_t> bytes) {
  if (record_.method == telemetry::kUnsettledMethod) [[unlikely]]
    SettleMethod(telemetry::IsMethod::kYes);
  record_.answer_bytes += bytes.size();
  if (context_.sink != nullptr) {
    record_.last_byte = context_.loop.Now();
    if (record_.first_message == base::Time{}) record_.first_message = record_.last_byte;
  }
  timer_.Touch();
  if (Allows(response_limit_, bytes, "response")) stream_->SubmitData(bytes, EndStream::kNo);
}

void Call::OnExpired(CallTimer::Expiry expiry) {
  if (state_ == State::kFinished) return;
  switch (expiry) {
    case CallTimer::Expiry::kDeadline:
      return End({{StatusCode::kDeadlineExceeded,
                   "deadline exceeded after " + Milliseconds(Age()) + answerer_->WaitsFor()},
                  Origin::kProxy,
                  Cause::kDeadline});
    case CallTimer::Expiry::kDuration:
      return End({{StatusCode::kDeadlineExceeded,
                   "max_stream_duration: the call has lasted " + Milliseconds(Age())}});
    case CallTimer::Expiry::kSilence:
      return End({{StatusCode::kUnavailable, "idle_timeout: no message either way for " +
                                                 Milliseconds(*rules_->idle_timeout)}});
  }
}

// The client's own timer started before ours and so fires before it: a reset that comes with the
// deadline is the deadline, and the endpoint that let it pass must not get away with it.
bool Call::IsAtDeadline() const {
  return IsNearDeadline(timer_.deadline(), record_.started, context_.loop.Now());
}

bool Call::Allows(std::optional<rpc::MessageLimit>& limit, std::span<const uint8_t> bytes,
                  std::string_view whose) {
  if (!limit || limit->Allows(bytes)) return true;
  End({{StatusCode::kResourceExhausted, "a message of the " + std::string(whose) +
                                            " is larger than max_" + std::string(whose) +
                                            "_message_bytes allows"}});
  return false;
}

StreamMover::Stream Call::stream() const {
  return {record_.started, state_ == State::kFinished ? nullptr : answerer_->endpoint()};
}

void Call::Move() {
  if (state_ == State::kFinished) return;
  record_.Set(telemetry::CallFlag::kMoved);
  End({.status = {StatusCode::kUnavailable,
                  "move_streams: ended to be opened anew, on an endpoint with less to do"},
       .pushback = base::Duration::zero()});
  cluster_->CountMoved();
}

void Call::AnswerNotGrpc(std::string_view http_status, std::string text) {
  context_.metrics.PeerFault(telemetry::Side::kClient, telemetry::Fault::kNotGrpc);
  http2::HeaderList headers = rpc::HttpAnswer(http_status);
  if (http_status == "405") headers.Add("allow", "POST");
  End({.status = {StatusCode::kUnknown, std::move(text)},
       .form = FinalStatus::Form::kHttp,
       .fields = &headers});
}

void Call::ResetIfStuck() {
  if (state_ != State::kFinished) return;
  if (std::exchange(last_unsent_, stream_->unsent()) == stream_->unsent()) {
    stream_->Reset(http2::ErrorCode::kCancel);
  }
}

void Call::End(const FinalStatus& end) {
  if (state_ == State::kFinished) return;
  if (end.form == FinalStatus::Form::kFields &&
      end.fields->list_size() > stream_->max_header_list()) {
    FinalStatus fitting = end;
    fitting.status.code = rpc::FitAnswer(*end.fields, stream_->max_header_list(), end.status.code);
    return Finish(fitting);
  }
  Finish(end);
}

void Call::Finish(const FinalStatus& end) {
  if (context_.sink != nullptr && end.status.code != StatusCode::kOk) return Fail(end);
  Tell(end);
  answerer_->Cancel(end);
  Close(end);
}

// Its words are recorded, and so kept, for to tell the client hands them on.
void Call::Fail(const FinalStatus& end) {
  const std::string words = WordsOf(end);
  record_.message = words;
  Tell(end);
  answerer_->Cancel(end);
  Close(end);
}

void Call::Tell(const FinalStatus& end) {
  switch (end.form) {
    case FinalStatus::Form::kStatus:
      if (state_ == State::kResponding)
        return stream_->SubmitTrailers(FieldsOf(end, rpc::Trailers));
      return stream_->SubmitHeaders(FieldsOf(end, rpc::TrailersOnly), EndStream::kYes);
    case FinalStatus::Form::kFields:
      if (state_ == State::kResponding) return stream_->SubmitTrailers(std::move(*end.fields));
      Edit(*end.fields, route_->traffic.response_headers);
      return stream_->SubmitHeaders(std::move(*end.fields), EndStream::kYes);
    case FinalStatus::Form::kHttp: {
      const std::string& text = end.status.message;
      stream_->SubmitHeaders(std::move(*end.fields), EndStream::kNo);
      return stream_->SubmitData({reinterpret_cast<const uint8_t*>(text.data()), text.size()},
                                 EndStream::kYes);
    }
    case FinalStatus::Form::kUntold:
      return;
  }
}

void Call::Close(const FinalStatus& end) {
  state_ = State::kFinished;
  record_.status = end.status.code;
  timer_.Stop();
  stages_.End(end.origin);
  // What is no gRPC is not a call, and so counted nowhere.
  if (counted_) Count(end);
  if (context_.sink != nullptr) Record(end);
  owner_.OnCallFinished();
}

void Call::Count(const FinalStatus& end) {
  if (record_.method == telemetry::kUnsettledMethod) [[unlikely]] {
    const bool is_method =
        end.origin == Origin::kEndpoint && end.status.code != StatusCode::kUnimplemented;
    SettleMethod(is_method ? telemetry::IsMethod::kYes : telemetry::IsMethod::kNo);
  }
  context_.metrics.CallFinished(record_.method, end.status.code, end.origin, Age());
}

void Call::SettleMethod(telemetry::IsMethod is_method) {
  record_.method = context_.metrics.Settle(Value(request_, ":path"), is_method);
}

void Call::Record(const FinalStatus& end) {
  record_.ended = context_.loop.Now();
  record_.path = Value(request_, ":path");
  if (route_ != nullptr) record_.route = route_->name;
  record_.deadline = timer_.deadline().value_or(base::Time{});
  if (cluster_ != nullptr) record_.cluster = cluster_->name();
  record_.origin = end.origin;
  record_.cause = end.cause;
  record_.reason = end.reason;
  if (caller_) record_.caller = caller_->name;
  record_.rule = stages_.rule();
  if (stages_.mirrored()) record_.Set(telemetry::CallFlag::kMirrored);
  if (stages_.faulted()) record_.Set(telemetry::CallFlag::kFault);
  context_.sink->OnCallEnded(record_);
}

}  // namespace evenkeel::proxy
