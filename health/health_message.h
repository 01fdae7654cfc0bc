// What grpc.health.v1.Health says on the wire (grpc/grpc doc/health-checking.md), from the side
// that answers. The asking side is GrpcProbe. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace evenkeel::health {

/// The service's full name.
inline constexpr std::string_view kHealthService = "grpc.health.v1.Health";

enum class ServingStatus {
  kServing,
  kNotServing,
  kServiceUnknown,  ///< only Watch says it; Check ends NOT_FOUND instead
};

/// The service that a HealthCheckRequest asks for, empty: the server as a whole. Nothing when
/// `message` is none.
std::optional<std::string> ParseHealthRequest(std::string_view message);

/// The HealthCheckResponse that says so.
std::string HealthResponse(ServingStatus status);

}  // namespace evenkeel::health
