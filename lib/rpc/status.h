// gRPC status codes and what the wire says of them (grpc/grpc doc/statuscodes.md,
// doc/http-grpc-status-mapping.md, doc/PROTOCOL-HTTP2.md).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace evenkeel::rpc {

enum class StatusCode : uint8_t {
  kOk = 0,
  kCancelled = 1,
  kUnknown = 2,
  kInvalidArgument = 3,
  kDeadlineExceeded = 4,
  kNotFound = 5,
  kAlreadyExists = 6,
  kPermissionDenied = 7,
  kResourceExhausted = 8,
  kFailedPrecondition = 9,
  kAborted = 10,
  kOutOfRange = 11,
  kUnimplemented = 12,
  kInternal = 13,
  kUnavailable = 14,
  kDataLoss = 15,
  kUnauthenticated = 16,
};

inline constexpr int kStatusCodeCount = 17;

/// A status with words for a person; message is empty for kOk.
struct Status {
  StatusCode code = StatusCode::kOk;
  std::string message;
};

/// "OK", "NOT_FOUND", …: the spelling of gRPC's documents, metrics and configuration.
std::string_view StatusName(StatusCode code);
/// The status of that name, in that spelling; nothing: there is none.
std::optional<StatusCode> StatusNamed(std::string_view name);

/// Reads a `grpc-status` header value. Absent or not a decimal number: nothing. A number above 16
/// is kUnknown, as gRPC libraries treat it.
std::optional<StatusCode> ParseStatus(std::string_view value);

/// The decimal form for a `grpc-status` header.
std::string_view StatusNumber(StatusCode code);

/// The status of a response that came without `grpc-status`, from its HTTP status.
StatusCode StatusFromHttp(int http_status);

/// The status of a call whose stream was reset with an HTTP/2 error code (RFC 9113, section 7).
StatusCode StatusFromReset(uint32_t http2_error_code);

/// Percent-encodes a message for `grpc-message`: space to '~' except '%' stand for themselves.
std::string EncodeMessage(std::string_view message);

}  // namespace evenkeel::rpc
