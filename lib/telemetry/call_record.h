// CallRecord: what there is to say of one call once it has ended, and CallSink, which hears of it:
// the seam for access logs, traces and the like.
//
// A record is a part of its call, which fills it on the way: plain values, no allocation, no clock
// but the loop's. A sink belongs to a worker and is called on its thread; without one a call pays
// for one branch where a sink would hear of something, and nothing is kept of single attempts.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "lib/base/clock.h"
#include "lib/http/header_list.h"
#include "lib/rpc/outcome.h"
#include "lib/telemetry/method_table.h"

namespace evenkeel::telemetry {

/// Why there was this attempt.
enum class AttemptKind : uint8_t {
  kFirst,
  kRetry,
  kTransparent,  ///< nothing of the one before had reached an endpoint's application
  kHedge,        ///< sent beside another
};

/// "first", "retry", "transparent", "hedge".
std::string_view AttemptKindName(AttemptKind kind);

/// One attempt of a call. No default values: who adds one fills it.
struct AttemptRecord {
  // On the loop's clock; Time{}: not reached.
  base::Time started;   ///< its endpoint was picked
  base::Time opened;    ///< it had a stream, and its request was sent
  base::Time answered;  ///< the first of its answer came
  base::Time ended;
  std::string_view endpoint;  ///< its address
  std::string_view zone;      ///< the endpoint's; empty: unknown
  uint64_t span;              ///< for traces to fill; 0: it has none
  rpc::StatusCode status;     ///< this and the next two: once it has ended
  rpc::Origin origin;
  rpc::Cause cause;
  AttemptKind kind;
  bool won;  ///< its answer went to the client
};

/// What a trace calls the call; all 0 where it is in none. For traces to fill.
struct TraceIds {
  uint64_t trace_high = 0;
  uint64_t trace_low = 0;
  uint64_t span = 0;  ///< of the call here
  bool sampled = false;
};

/// What happened to a call on its way; a set.
enum class CallFlag : uint8_t {
  kRetried = 1,
  kHedged = 2,
  kMoved = 4,
  kMirrored = 8,
  kFault = 16,           ///< a delay or an end was injected
  kReplayOverflow = 32,  ///< its request was too large to be kept for another attempt
};

struct CallRecord {
  // On the loop's clock; Time{}: not reached. Those from `picked` on but for `answer_started` are
  // filled where there is a sink.
  base::Time started{};         ///< the request's headers came
  base::Time sent_on{};         ///< past its route's stages: an endpoint is looked for
  base::Time picked{};          ///< the first endpoint was picked
  base::Time opened{};          ///< the latest attempt had a stream
  base::Time request_ended{};   ///< the client has sent all
  base::Time answer_started{};  ///< the answer's headers went on to the client
  base::Time first_message{};   ///< the first byte of a message of the answer went on
  base::Time last_byte{};       ///< the latest byte of one did
  base::Time ended{};
  base::Time deadline{};  ///< Time{}: there is none

  uint64_t request_bytes = 0;  ///< of messages, with the five bytes before each
  uint64_t answer_bytes = 0;
  uint32_t attempts = 0;
  MethodId method = kOtherMethod;
  TraceIds trace{};

  // These live until the sink returns; empty or null: unknown, or there is none.
  const http2::HeaderList* request = nullptr;  ///< its headers, as they were sent on
  std::span<AttemptRecord> tries{};            ///< the first attempts, in order; with a sink only
  std::string_view path{};
  std::string_view client{};    ///< its address without the port
  std::string_view listener{};  ///< its address as configured
  std::string_view route{};     ///< what it matches (RouteTable::Route::name)
  std::string_view cluster{};   ///< where it went
  std::string_view endpoint{};  ///< of the last attempt
  /// Words of ours, or an endpoint's as it sent them, percent-encoded; of failures only.
  std::string_view message{};
  /// Who called: the name of its bearer token, or the subject of its JSON Web Token.
  std::string_view caller{};
  /// The rule of `authorization` that refused it, or would have; empty: none.
  std::string_view rule{};
  std::string_view reason{};  ///< the limit that was reached, as `evenkeel_shed_calls_total` has it

  rpc::StatusCode status = rpc::StatusCode::kUnknown;
  rpc::Origin origin = rpc::Origin::kProxy;
  rpc::Cause cause = rpc::Cause::kLocal;
  uint8_t flags = 0;  ///< of CallFlag

  void Set(CallFlag flag) { flags = static_cast<uint8_t>(flags | static_cast<uint8_t>(flag)); }
  bool Has(CallFlag flag) const { return (flags & static_cast<uint8_t>(flag)) != 0; }
};

/// Legal order: OnCallStarted, then OnCallEnded, once each for every request, also for those that
/// are refused or no gRPC. Neither may end or start a call.
class CallSink {
 public:
  virtual ~CallSink() = default;
  /// `record` has `started`, `path`, `client`, `listener` and `request`.
  virtual void OnCallStarted(const CallRecord& record) = 0;
  virtual void OnCallEnded(const CallRecord& record) = 0;
};

}  // namespace evenkeel::telemetry
