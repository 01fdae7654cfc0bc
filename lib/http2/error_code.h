// HTTP/2 error codes (RFC 9113, section 7), and the error that ends a whole connection.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace evenkeel::http2 {

enum class ErrorCode : uint32_t {
  kNoError = 0x0,
  kProtocolError = 0x1,
  kInternalError = 0x2,
  kFlowControlError = 0x3,
  kSettingsTimeout = 0x4,
  kStreamClosed = 0x5,
  kFrameSizeError = 0x6,
  kRefusedStream = 0x7,
  kCancel = 0x8,
  kCompressionError = 0x9,
  kConnectError = 0xa,
  kEnhanceYourCalm = 0xb,
  kInadequateSecurity = 0xc,
  kHttp11Required = 0xd,
};

/// "REFUSED_STREAM"; "UNKNOWN_ERROR" for a code that RFC 9113 does not define.
std::string_view ErrorCodeName(ErrorCode code);

/// Why a session cannot go on.
struct ConnectionError {
  ErrorCode code;
  std::string reason;
};

}  // namespace evenkeel::http2
