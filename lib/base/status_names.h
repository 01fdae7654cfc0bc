// The names of gRPC's statuses; their numbers are their places (grpc/grpc doc/statuscodes.md).
// Here, because the configuration writes them as rpc and the metrics do, and knows nothing of rpc.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace evenkeel::base {

inline constexpr std::array<std::string_view, 17> kStatusNames = {
    "OK",
    "CANCELLED",
    "UNKNOWN",
    "INVALID_ARGUMENT",
    "DEADLINE_EXCEEDED",
    "NOT_FOUND",
    "ALREADY_EXISTS",
    "PERMISSION_DENIED",
    "RESOURCE_EXHAUSTED",
    "FAILED_PRECONDITION",
    "ABORTED",
    "OUT_OF_RANGE",
    "UNIMPLEMENTED",
    "INTERNAL",
    "UNAVAILABLE",
    "DATA_LOSS",
    "UNAUTHENTICATED",
};

/// Whether it is one of them, OK apart.
constexpr bool IsErrorStatusName(std::string_view name) {
  return std::find(kStatusNames.begin() + 1, kStatusNames.end(), name) != kStatusNames.end();
}

}  // namespace evenkeel::base
