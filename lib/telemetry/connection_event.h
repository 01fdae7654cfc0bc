// Why connections to endpoints end or never come to be: small closed sets, so that they can be
// label values (after gRFC A94). Values only.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>

#include "lib/http2/abuse_guard.h"
#include "lib/http2/error_code.h"

namespace evenkeel::telemetry {

/// HTTP/2 error codes that RFC 9113 defines: 0 to one less.
inline constexpr uint8_t kHttp2CodeCount =
    static_cast<uint8_t>(http2::ErrorCode::kHttp11Required) + 1;

/// Why a connection that was ready ended. The values below kOurs stand for "the endpoint sent
/// GOAWAY with this HTTP/2 error code"; make them with CloseReasonFromGoaway.
enum class CloseReason : uint8_t {
  kGoawayNoError = 0,
  kOurs = kHttp2CodeCount,  ///< we closed it: drain, removed endpoint, idle
  kReset,                   ///< the endpoint's side vanished: ECONNRESET, EPIPE, end of file
  kTimedOut,                ///< ETIMEDOUT, or no answer to our PING
  kAborted,                 ///< ECONNABORTED
  kSocketError,             ///< any other system error
  kProtocolError,           ///< the endpoint broke HTTP/2, so we closed it
  kUnknown,
};

inline constexpr size_t kCloseReasonCount = static_cast<size_t>(CloseReason::kUnknown) + 1;

/// A code that RFC 9113 does not define is kUnknown.
CloseReason CloseReasonFromGoaway(http2::ErrorCode code);
/// From a failed read or write; no error means end of file.
CloseReason CloseReasonFromError(const std::error_code& error);
/// "GOAWAY NO_ERROR", "connection reset", …: the `disconnect_error` label.
std::string CloseReasonName(CloseReason reason);

/// Why an attempt to connect failed.
enum class ConnectFailure : uint8_t {
  kRefused,        ///< nobody listens there
  kTimedOut,       ///< no connection, or no SETTINGS, within connect_timeout
  kUnreachable,    ///< no route to the host or network
  kNotResolved,    ///< the name has no address
  kClosed,         ///< accepted, then closed or reset before SETTINGS
  kProtocolError,  ///< accepted, but does not speak HTTP/2 as we do
  kTls,            ///< its TLS handshake failed
  kSocketError,    ///< any other system error
};

inline constexpr size_t kConnectFailureCount =
    static_cast<size_t>(ConnectFailure::kSocketError) + 1;

/// From a failed connect, read or write before SETTINGS; no error means end of file.
ConnectFailure ConnectFailureFromError(const std::error_code& error);
/// "connection refused", …: the `reason` label.
std::string_view ConnectFailureName(ConnectFailure failure);

/// Why we ended a client's connection, but for drain.
enum class ClientEnd : uint8_t {
  kMaxIdle,       ///< max_connection_idle
  kMaxAge,        ///< max_connection_age
  kExpired,       ///< its certificate has reached its end
  kTooManyPings,  ///< more PINGs than permitted
  kKeepalive,     ///< no answer to our PING
  kHandshake,     ///< no preface and SETTINGS in time
  kNotHttp2,      ///< speaks something else
  kProtocol,      ///< broke HTTP/2
  kResets,        ///< http2::Abuse, one each
  kIdleFrames,
  kUnreadAnswers,
  kEndlessBlock,
  kInflatedBlock,
  kMemory,       ///< held most when memory ran out
  kProxyHeader,  ///< no good PROXY header where each connection has to begin with one
  kTls,          ///< its TLS handshake failed, or it broke TLS later
};

inline constexpr size_t kClientEndCount = static_cast<size_t>(ClientEnd::kTls) + 1;

/// For a client that broke HTTP/2 in that way, or has been too much.
ClientEnd ClientEndFromFault(http2::Abuse abuse, http2::ErrorCode code);
/// "max_idle", "too_many_pings", "resets": the `reason` label.
std::string_view ClientEndName(ClientEnd end);

}  // namespace evenkeel::telemetry
