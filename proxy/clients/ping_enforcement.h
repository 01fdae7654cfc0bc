// PingEnforcement: whether a client sends more PINGs than a gRPC server puts up with (gRFC A8).
//
//   tolerated ──too early──> strike … ──one more than max_ping_strikes──> too many
//       ^──────────a HEADERS or DATA frame of ours──────────┘
// Pure; one for each client connection.
#pragma once

#include <cstddef>
#include <cstdint>

#include "lib/base/clock.h"
#include "lib/config/client_connection.h"

namespace evenkeel::proxy {

class PingEnforcement {
 public:
  using Settings = config::ClientKeepalive;
  enum class Verdict { kTolerated, kTooMany };

  /// Of the settings it uses those of the client's PINGs, not of ours.
  explicit PingEnforcement(const Settings& settings) : settings_(settings) {}

  /// A PING came. `open_calls`: now; `frames_sent`: HEADERS and DATA frames sent on the connection
  /// so far. A client that got something since its last PING may send one at once: that is how it
  /// measures its bandwidth.
  Verdict OnPing(base::Time now, size_t open_calls, uint64_t frames_sent) {
    if (frames_sent != frames_sent_) {
      frames_sent_ = frames_sent;
      strikes_ = 0;
      last_ = base::Time::min();
    }
    if (now < last_ + MinTime(open_calls)) ++strikes_;
    last_ = now;
    return strikes_ > settings_.max_ping_strikes ? Verdict::kTooMany : Verdict::kTolerated;
  }

 private:
  base::Duration MinTime(size_t open_calls) const {
    constexpr base::Duration kWithoutCalls = std::chrono::hours(2);
    const bool idle = open_calls == 0 && !settings_.permit_without_calls;
    return idle ? kWithoutCalls : settings_.permit_time;
  }

  const Settings settings_;
  uint64_t frames_sent_ = 0;
  uint32_t strikes_ = 0;
  base::Time last_ = base::Time::min();  // of the PINGs that count against the client
};

}  // namespace evenkeel::proxy
