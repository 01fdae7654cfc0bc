// AttemptOutcome: how one attempt ended. Retry, ejection, metrics and records all read this one
// value; nothing derives "failed" a second time.
#pragma once

#include <bitset>
#include <string>
#include <vector>

#include "lib/base/clock.h"
#include "lib/rpc/pushback.h"
#include "lib/rpc/status.h"

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

/// What ended an attempt: what its status alone does not tell.
enum class Cause : uint8_t {
  kLocal,     ///< reasons of our own, before the endpoint had it or apart from it
  kAnswered,  ///< the endpoint's answer, wherever its status stood, or what we had to make of it
  kReset,     ///< the endpoint reset the stream
  kLost,      ///< the connection broke under it; the endpoint may have acted on it
  kRefused,   ///< the endpoint said that it had not processed it
  kNotConnected,  ///< nothing of it left us: no connection to the endpoint came about
  kNeverSent,     ///< nothing of it left us, for another reason
  kShed,          ///< a limit of ours kept it from being sent: not to be tried elsewhere
  kTooLarge,      ///< likewise: more metadata than the endpoint says it takes
  kDeadline,      ///< the deadline passed while the endpoint had it
  kNoRoom,        ///< the deadline passed while it waited for a stream of the endpoint
  kTryTimeout,    ///< per_try_timeout passed while the endpoint had it
  kTryUnsent,     ///< per_try_timeout passed before it was sent
  kCancelled,     ///< the client cancelled or vanished
};

struct AttemptOutcome {
  StatusCode status = StatusCode::kUnknown;
  Origin origin = Origin::kProxy;
  base::Duration duration{};  ///< from the pick to the end
  Cause cause = Cause::kLocal;
  base::Duration latency{};  ///< from the pick to the answer's first byte, else to the end
  Pushback pushback{};

  /// Nothing of it left us: free to be tried elsewhere.
  bool never_sent() const { return cause == Cause::kNeverSent || cause == Cause::kNotConnected; }
  /// per_try_timeout ended it.
  bool timed_out() const { return cause == Cause::kTryTimeout || cause == Cause::kTryUnsent; }
  /// A limit let it not even begin: there is no other.
  bool shed() const { return cause == Cause::kShed || cause == Cause::kTooLarge; }
};

using StatusSet = std::bitset<kStatusCodeCount>;

/// The statuses that count as failures.
using FailureSet = StatusSet;

/// UNKNOWN, DEADLINE_EXCEEDED, INTERNAL, UNAVAILABLE, DATA_LOSS: what is hardly ever the
/// application's own answer.
FailureSet DefaultFailures();
/// From gRPC's names, which the configuration has checked.
StatusSet StatusSetOf(const std::vector<std::string>& names);

/// What an attempt's outcome says of its endpoint.
enum class Verdict : uint8_t {
  kSuccess,  ///< it did its work, whatever it told the caller
  kFailure,
  kNeutral,  ///< says nothing about the endpoint
};

/// The one place that decides what is held against an endpoint: ejection and load balancing read
/// it. Failures are: a status in `failures`, whether it stood in headers, in Trailers-Only or in
/// trailers; the deadline or
/// per_try_timeout, if DEADLINE_EXCEEDED is in it and the endpoint had the call or no room for it;
/// a stream that the endpoint reset; a connection that broke or never came about. Neutral is what
/// the client cancelled, what the endpoint refused unprocessed, and what we ended for reasons of
/// our own.
Verdict VerdictOf(const AttemptOutcome& outcome, const FailureSet& failures = DefaultFailures());

}  // namespace evenkeel::rpc
