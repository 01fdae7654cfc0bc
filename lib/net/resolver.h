// Resolve: looks a configured address up, once and blocking. For start-up on the main thread only.
#pragma once

#include <string>
#include <vector>

#include "lib/base/address.h"
#include "lib/base/result.h"
#include "lib/net/socket_address.h"

namespace evenkeel::net {

/// All socket addresses of `address`, in the order of preference that getaddrinfo gives (RFC 6724);
/// at least one. The error is the resolver's own sentence.
base::Result<std::vector<SocketAddress>, std::string> Resolve(const base::Address& address);

}  // namespace evenkeel::net
