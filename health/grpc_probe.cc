#include "health/grpc_probe.h"

#include <grpc/health/v1/health.pb.h>

#include "lib/rpc/timeout.h"

namespace evenkeel::health {
namespace {

using grpc::health::v1::HealthCheckResponse;

// An answer is a few bytes; who sends more is none to listen to.
constexpr size_t kMaxAnswer = 4096;

ProbeResult ResultOf(HealthCheckResponse::ServingStatus status) {
  switch (status) {
    case HealthCheckResponse::SERVING:
      return ProbeResult::kServing;
    case HealthCheckResponse::SERVICE_UNKNOWN:
      return ProbeResult::kServiceUnknown;
    default:
      return ProbeResult::kNotServing;
  }
}

// Of a Check that failed.
ProbeResult ResultOf(rpc::StatusCode code) {
  switch (code) {
    case rpc::StatusCode::kUnimplemented:
      return ProbeResult::kUnimplemented;
    case rpc::StatusCode::kNotFound:
      return ProbeResult::kServiceUnknown;
    case rpc::StatusCode::kUnauthenticated:
    case rpc::StatusCode::kPermissionDenied:
      return ProbeResult::kDenied;
    default:
      return ProbeResult::kFailed;
  }
}

std::string Words(const rpc::Status& status) {
  std::string text(rpc::StatusName(status.code));
  if (!status.message.empty()) text += ", " + status.message;
  return text;
}

}  // namespace

GrpcProbe::GrpcProbe(Method method, const config::HealthCheck& settings, pool::Pool& pool,
                     Owner& owner)
    : method_(method), settings_(settings), pool_(pool), owner_(owner) {}

void GrpcProbe::OnRoom(http2::Session& session) {
  const bool watches = method_ == Method::kWatch;
  if (watches && session.open_streams() + session.stream_room() < 2) {
    return owner_.OnNoRoomToWatch(*this);
  }
  http2::HeaderList headers = rpc::CallHeaders(
      session, watches ? "/grpc.health.v1.Health/Watch" : "/grpc.health.v1.Health/Check",
      settings_.authority.empty() ? pool_.endpoint()->address() : settings_.authority);
  if (!watches) headers.Add("grpc-timeout", rpc::FormatTimeout(settings_.timeout));
  for (const config::Metadata& each : settings_.metadata) headers.Add(each.name, each.value);
  grpc::health::v1::HealthCheckRequest request;
  request.set_service(settings_.service);
  rpc::ClientCall::Handler& handler = *this;
  call_ = std::make_unique<rpc::ClientCall>(session, headers, request.SerializeAsString(),
                                            kMaxAnswer, handler);
  owner_.OnProbeSent(*this);
}

void GrpcProbe::OnUnavailable(const std::string& reason) { OnLost(reason); }

void GrpcProbe::OnMessage(std::string_view message) {
  HealthCheckResponse response;
  if (!response.ParseFromArray(message.data(), static_cast<int>(message.size()))) {
    response.set_status(HealthCheckResponse::UNKNOWN);
  }
  answer_ = ResultOf(response.status());
  detail_ = HealthCheckResponse::ServingStatus_Name(response.status());
  if (detail_.empty()) detail_ = "status " + std::to_string(response.status());
  if (method_ == Method::kWatch) owner_.OnProbeAnswer(*this, *answer_, "Watch: " + detail_);
}

void GrpcProbe::OnEnd(const rpc::Status& status) {
  if (method_ == Method::kWatch) return owner_.OnWatchEnded(*this, status);
  OnCheckEnd(status);
}

void GrpcProbe::OnCheckEnd(const rpc::Status& status) {
  using rpc::StatusCode;
  if (status.code == StatusCode::kOk && answer_) {
    return owner_.OnProbeAnswer(*this, *answer_, "Check: " + detail_);
  }
  const std::string detail =
      "Check: " + (status.code == StatusCode::kOk ? "an answer without message" : Words(status));
  owner_.OnProbeAnswer(*this, ResultOf(status.code), detail);
}

}  // namespace evenkeel::health
