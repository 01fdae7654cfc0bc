// The names of gRPC's statuses, as the configuration writes them; their numbers are their places.
// (rpc/status.h has the values; config is of a lower rank.)
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace evenkeel::config {

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
inline bool IsErrorStatusName(std::string_view name) {
  return std::find(kStatusNames.begin() + 1, kStatusNames.end(), name) != kStatusNames.end();
}

}  // namespace evenkeel::config
