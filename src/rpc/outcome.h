// Outcome: how one attempt, or one call, ended. Retry, ejection, metrics and logs all read this one
// value; nobody derives "failed" a second time.
#pragma once

#include "base/clock.h"
#include "rpc/status.h"

namespace evenkeel::rpc {

/// Who decided the final status.
enum class Origin : uint8_t {
  kEndpoint,  ///< the endpoint's own answer
  kClient,    ///< the client cancelled or vanished
  kProxy,     ///< we made the status: no endpoint, lost connection, deadline, refused by us
};

inline constexpr int kOriginCount = 3;

/// "endpoint", "client", "proxy": the `origin` label of metrics and logs.
std::string_view OriginName(Origin origin);

struct Outcome {
  StatusCode status = StatusCode::kUnknown;
  Origin origin = Origin::kProxy;
  /// From the request's headers (call) or the pick (attempt) to the end.
  base::Duration duration{};
};

}  // namespace evenkeel::rpc
