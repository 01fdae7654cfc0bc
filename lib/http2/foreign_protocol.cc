#include "lib/http2/foreign_protocol.h"

#include <algorithm>

namespace evenkeel::http2 {
namespace {

constexpr std::string_view kMethods[] = {"GET ",     "HEAD ",    "POST ",  "PUT ",  "DELETE ",
                                         "CONNECT ", "OPTIONS ", "TRACE ", "PATCH "};

}  // namespace

std::string_view ForeignProtocol(std::string_view first) {
  // An alert or a handshake.
  if (first.starts_with("\x15\x03") || first.starts_with("\x16\x03")) return "TLS";
  const bool is_request = std::ranges::any_of(
      kMethods, [first](std::string_view method) { return first.starts_with(method); });
  return is_request || first.starts_with("HTTP/1") ? "HTTP/1" : "";
}

std::string NoHttp2(std::string_view first) {
  const std::string_view protocol = ForeignProtocol(first);
  if (protocol.empty()) return "the peer does not speak HTTP/2";
  return "the peer speaks " + std::string(protocol) + ", not HTTP/2 in plain text";
}

}  // namespace evenkeel::http2
