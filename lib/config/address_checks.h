// AddressChecks: addresses that stand in the configuration twice, or cannot be listened on
// together.
//
// Part of validate.h.
#pragma once

#include <vector>

#include "lib/config/validate.h"

namespace evenkeel::config {

/// `path` is that of the list.
void CheckEndpointAddresses(const KeyPath& path, const std::vector<Endpoint>& endpoints,
                            std::vector<Problem>& problems);
void CheckResolverAddresses(const KeyPath& path, const std::vector<base::Address>& resolvers,
                            std::vector<Problem>& problems);

/// Listeners and the admin address. 0.0.0.0 takes its port on every IPv4 address, [::] on every
/// IPv6 address and on no other (IPV6_V6ONLY), and localhost may be either loopback address. Port 0
/// stands for any free port and never clashes.
void CheckListenAddresses(const Config& config, std::vector<Problem>& problems);

}  // namespace evenkeel::config
