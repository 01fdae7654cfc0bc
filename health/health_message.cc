#include "health/health_message.h"

#include <google/protobuf/stubs/logging.h>
#include <grpc/health/v1/health.pb.h>

#include <utility>

namespace evenkeel::health {
namespace {

// What peers send must not make lines of the library's own in our log; a parser's result says it.
[[maybe_unused]] auto* const kFormerLogHandler = google::protobuf::SetLogHandler(nullptr);

}  // namespace

std::optional<std::string> ParseHealthRequest(std::string_view message) {
  grpc::health::v1::HealthCheckRequest request;
  if (!request.ParseFromArray(message.data(), static_cast<int>(message.size()))) {
    return std::nullopt;
  }
  return std::move(*request.mutable_service());
}

std::string HealthResponse(ServingStatus status) {
  using Response = grpc::health::v1::HealthCheckResponse;
  Response response;
  response.set_status(status == ServingStatus::kServing      ? Response::SERVING
                      : status == ServingStatus::kNotServing ? Response::NOT_SERVING
                                                             : Response::SERVICE_UNKNOWN);
  return response.SerializeAsString();
}

}  // namespace evenkeel::health
