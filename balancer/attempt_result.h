// AttemptResult: what the end of one attempt teaches a policy. The balancer's view of
// rpc::AttemptOutcome,
// filled by whoever ends the attempt; nothing here knows status codes.
#pragma once

#include <cstdint>

#include "lib/base/clock.h"

namespace evenkeel::balancer {

struct AttemptResult {
  enum class Kind : uint8_t {
    kSuccess,  ///< the endpoint did its work; an application's error status is a
               ///< success here
    kFailure,  ///< held against the endpoint: UNAVAILABLE, a reset, deadline
               ///< passed while it had it
    kNeutral,  ///< says nothing about the endpoint: the client cancelled
  };
  Kind kind = Kind::kNeutral;
  base::Duration latency{};  ///< from the pick to the end; to the first response
                             ///< byte of a stream
  base::Time now{};          ///< when it ended
};

}  // namespace evenkeel::balancer
