// Pushback: what an endpoint says of another attempt, in `grpc-retry-pushback-ms` of its trailing
// metadata (gRFC A6).
#pragma once

#include <optional>
#include <string_view>

#include "lib/base/clock.h"

namespace evenkeel::rpc {

struct Pushback {
  enum class Kind : uint8_t {
    kNone,  ///< says nothing
    kWait,  ///< try again after exactly `wait`
    kStop,  ///< do not try again: a negative number, or what is no number
  };
  Kind kind = Kind::kNone;
  base::Duration wait{};
};

/// From the field's value, if there is one: a signed 32-bit number of milliseconds in ASCII without
/// leading zeros.
Pushback ParsePushback(std::optional<std::string_view> value);

}  // namespace evenkeel::rpc
