// CallRecord: what there is to say of one call once it has ended, and CallSink, which hears of it:
// the seam for access logs, traces and the like.
//
// A record is a part of its call, which fills it on the way: plain values, no allocation, no clock
// but the loop's. A sink belongs to a worker and is called on its thread; without one a call pays
// for one branch at its start and one at its end.
#pragma once

#include <cstdint>
#include <string_view>

#include "lib/base/clock.h"
#include "lib/rpc/outcome.h"
#include "lib/telemetry/method_table.h"

namespace evenkeel::telemetry {

struct CallRecord {
  // On the loop's clock; Time{}: not reached.
  base::Time started{};         ///< the request's headers came
  base::Time sent_on{};         ///< past its route's stages: an endpoint is looked for
  base::Time answer_started{};  ///< the answer's headers went on to the client
  base::Time ended{};

  uint64_t request_bytes = 0;  ///< of messages, with the five bytes before each
  uint64_t answer_bytes = 0;
  uint32_t attempts = 0;
  MethodId method = kOtherMethod;

  // These live until the sink returns; empty: unknown, or there is none.
  std::string_view path{};
  std::string_view client{};    ///< its address without the port
  std::string_view cluster{};   ///< where it went
  std::string_view endpoint{};  ///< of the last attempt
  std::string_view message{};   ///< words of ours; an endpoint's are not read

  rpc::StatusCode status = rpc::StatusCode::kUnknown;
  rpc::Origin origin = rpc::Origin::kProxy;
  rpc::Cause cause = rpc::Cause::kLocal;
};

/// Legal order: OnCallStarted, then OnCallEnded, once each for every request, also for those that
/// are refused or no gRPC. Neither may end or start a call.
class CallSink {
 public:
  virtual ~CallSink() = default;
  /// `record` has `started`, `path` and `client`.
  virtual void OnCallStarted(const CallRecord& record) = 0;
  virtual void OnCallEnded(const CallRecord& record) = 0;
};

}  // namespace evenkeel::telemetry
