#include "lib/telemetry/connection_event.h"

#include "lib/base/check.h"
#include "lib/tls/handshake_result.h"

namespace evenkeel::telemetry {

CloseReason CloseReasonFromGoaway(http2::ErrorCode code) {
  const auto number = static_cast<uint32_t>(code);
  return number < kHttp2CodeCount ? static_cast<CloseReason>(number) : CloseReason::kUnknown;
}

CloseReason CloseReasonFromError(const std::error_code& error) {
  if (!error || error == std::errc::connection_reset || error == std::errc::broken_pipe) {
    return CloseReason::kReset;
  }
  if (error == std::errc::timed_out) return CloseReason::kTimedOut;
  if (error == std::errc::connection_aborted) return CloseReason::kAborted;
  return CloseReason::kSocketError;
}

std::string CloseReasonName(CloseReason reason) {
  switch (reason) {
    case CloseReason::kOurs:
      return "subchannel shutdown";
    case CloseReason::kReset:
      return "connection reset";
    case CloseReason::kTimedOut:
      return "connection timed out";
    case CloseReason::kAborted:
      return "connection aborted";
    case CloseReason::kSocketError:
      return "socket error";
    case CloseReason::kProtocolError:
      return "protocol error";
    case CloseReason::kUnknown:
      return "unknown";
    default:
      return "GOAWAY " + std::string(http2::ErrorCodeName(static_cast<http2::ErrorCode>(reason)));
  }
}

ConnectFailure ConnectFailureFromError(const std::error_code& error) {
  if (!error || error == std::errc::connection_reset || error == std::errc::broken_pipe) {
    return ConnectFailure::kClosed;
  }
  // A Unix socket whose file is missing is as good as a port without a listener.
  if (error == std::errc::connection_refused || error == std::errc::no_such_file_or_directory) {
    return ConnectFailure::kRefused;
  }
  if (error == std::errc::timed_out) return ConnectFailure::kTimedOut;
  if (error == std::errc::host_unreachable || error == std::errc::network_unreachable) {
    return ConnectFailure::kUnreachable;
  }
  if (error.category() == tls::HandshakeCategory()) return ConnectFailure::kTls;
  return ConnectFailure::kSocketError;
}

std::string_view ConnectFailureName(ConnectFailure failure) {
  switch (failure) {
    case ConnectFailure::kRefused:
      return "connection refused";
    case ConnectFailure::kTimedOut:
      return "connection timed out";
    case ConnectFailure::kUnreachable:
      return "unreachable";
    case ConnectFailure::kNotResolved:
      return "name not resolved";
    case ConnectFailure::kClosed:
      return "closed before SETTINGS";
    case ConnectFailure::kProtocolError:
      return "protocol error";
    case ConnectFailure::kTls:
      return "TLS handshake failed";
    case ConnectFailure::kSocketError:
      return "socket error";
  }
  CHECK(!"a value outside ConnectFailure");
}

ClientEnd ClientEndFromFault(http2::Abuse abuse, http2::ErrorCode code) {
  switch (abuse) {
    case http2::Abuse::kNone:
      break;
    case http2::Abuse::kResets:
      return ClientEnd::kResets;
    case http2::Abuse::kIdleFrames:
      return ClientEnd::kIdleFrames;
    case http2::Abuse::kUnreadAnswers:
      return ClientEnd::kUnreadAnswers;
    case http2::Abuse::kEndlessBlock:
      return ClientEnd::kEndlessBlock;
    case http2::Abuse::kInflatedBlock:
      return ClientEnd::kInflatedBlock;
  }
  const bool other = code == http2::ErrorCode::kHttp11Required;
  return other ? ClientEnd::kNotHttp2 : ClientEnd::kProtocol;
}

std::string_view ClientEndName(ClientEnd end) {
  switch (end) {
    case ClientEnd::kMaxIdle:
      return "max_idle";
    case ClientEnd::kMaxAge:
      return "max_age";
    case ClientEnd::kExpired:
      return "certificate_expired";
    case ClientEnd::kTooManyPings:
      return "too_many_pings";
    case ClientEnd::kKeepalive:
      return "keepalive";
    case ClientEnd::kHandshake:
      return "handshake";
    case ClientEnd::kNotHttp2:
      return "not_http2";
    case ClientEnd::kProtocol:
      return "protocol_error";
    case ClientEnd::kResets:
      return "resets";
    case ClientEnd::kIdleFrames:
      return "idle_frames";
    case ClientEnd::kUnreadAnswers:
      return "unread_answers";
    case ClientEnd::kEndlessBlock:
      return "endless_header_block";
    case ClientEnd::kInflatedBlock:
      return "inflated_header_block";
    case ClientEnd::kMemory:
      return "memory";
    case ClientEnd::kProxyHeader:
      return "proxy_header";
    case ClientEnd::kTls:
      break;
  }
  return "tls";
}

}  // namespace evenkeel::telemetry
