// ForeignProtocol: what a peer speaks that does not begin as HTTP/2 does.
#pragma once

#include <string>
#include <string_view>

namespace evenkeel::http2 {

/// "TLS" or "HTTP/1", by the first bytes that came (RFC 8446, section 5.1; RFC 9112, section 2);
/// empty: they may be anything else.
std::string_view ForeignProtocol(std::string_view first);

/// "the peer speaks TLS, not HTTP/2 in plain text"; with the protocol where it is known.
std::string NoHttp2(std::string_view first);

}  // namespace evenkeel::http2
