// Whether a request to the admin port comes from where it says: not from a stranger's web page in
// the browser of somebody who can reach the port.
//
// Such a page can have its own name resolve to our address (DNS rebinding), which the Host gives
// away; or send a POST across sites, which the Origin gives away. Neither is forgeable by a page.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace evenkeel::admin {

/// Who can reach the port: this machine alone, or others too.
enum class Reach { kLoopback, kNetwork };

/// Why it is refused, in a sentence; nothing: it is not. `host` and `origin` as in the request,
/// empty where it has none. On loopback a host must be an address or one of the machine's own
/// names: "localhost", or any without a dot, which no stranger's DNS can hand out. On a network we
/// do not know what we are called there. An origin must be the host itself.
std::optional<std::string> WhyRefused(Reach reach, std::string_view host, std::string_view origin);

}  // namespace evenkeel::admin
