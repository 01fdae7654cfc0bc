// The `grpc-timeout` header (grpc/grpc doc/PROTOCOL-HTTP2.md): 1 to 8 digits and a unit.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "lib/base/clock.h"

namespace evenkeel::rpc {

/// Reads "100m", "5S", …; nothing for anything else. 0 is a deadline that has passed: the letter
/// of gRPC's text wants a positive number, but grpc-java sends it for calls whose time is up on the
/// way to the wire. The longest, 99999999 hours, is cut to what Duration holds.
std::optional<base::Duration> ParseTimeout(std::string_view value);

/// Writes `timeout` in the finest unit that takes at most 8 digits, rounded down, but never 0.
/// Precondition: timeout > 0.
std::string FormatTimeout(base::Duration timeout);

}  // namespace evenkeel::rpc
