// Fault: what a peer did that HTTP/2 or gRPC forbids. A small closed set, so that it can be a label
// value. Values only; who detects a fault decides what becomes of the call or connection.
#pragma once

#include <cstdint>
#include <string_view>

#include "lib/http2/error_code.h"

namespace evenkeel::telemetry {

/// Who broke the rules: the `side` label.
enum class Side : uint8_t { kClient, kEndpoint };

inline constexpr size_t kSideCount = 2;

std::string_view SideName(Side side);

/// The values below kNotGrpc stand for the HTTP/2 error code with which we answered; make them with
/// FaultFromHttp2.
enum class Fault : uint8_t {
  kHttp2NoError = 0,
  kNotGrpc = static_cast<uint8_t>(http2::ErrorCode::kHttp11Required) +
             1,      ///< content-type is not application/grpc, or the method is not POST
  kBadTimeout,       ///< grpc-timeout cannot be read
  kMissingStatus,    ///< the response ended without grpc-status
  kBadStatus,        ///< grpc-status is not a number
  kHeadersTooLarge,  ///< over max_header_list
  kOther,
};

inline constexpr size_t kFaultCount = static_cast<size_t>(Fault::kOther) + 1;

/// A code that RFC 9113 does not define is kOther.
Fault FaultFromHttp2(http2::ErrorCode code);
/// "PROTOCOL_ERROR", "not gRPC", …: the `reason` label.
std::string_view FaultName(Fault fault);

}  // namespace evenkeel::telemetry
