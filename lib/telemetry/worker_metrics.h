// WorkerMetrics: what one worker counts, and only it; Metrics adds the workers up for a scrape.
//
// Made and owned by Metrics, which outlives the workers. Every function but the accessors at the
// end belongs to the worker's thread and costs a few plain loads and stores: no lock, no
// formatting, and memory only at the first use of a method or an endpoint.
#pragma once

#include <array>
#include <string_view>

#include "lib/rpc/outcome.h"
#include "lib/telemetry/connection_event.h"
#include "lib/telemetry/counter.h"
#include "lib/telemetry/fault.h"
#include "lib/telemetry/latency_histogram.h"
#include "lib/telemetry/lazy_slots.h"
#include "lib/telemetry/method_index.h"
#include "lib/tls/handshake_result.h"

namespace evenkeel::telemetry {

/// An endpoint of a cluster, numbered by Metrics::RegisterEndpoint. Dense from 0.
enum class EndpointId : uint32_t {};

inline constexpr size_t kOutcomeKinds = size_t{rpc::kStatusCodeCount} * rpc::kOriginCount;

/// Where (status, origin) is in an array of kOutcomeKinds.
constexpr size_t OutcomeKind(rpc::StatusCode status, rpc::Origin origin) {
  return static_cast<size_t>(status) * rpc::kOriginCount + static_cast<size_t>(origin);
}

/// Calls of one method, or attempts on one endpoint.
struct CallCounters {
  void Finished(rpc::StatusCode status, rpc::Origin origin, base::Duration took) {
    finished[OutcomeKind(status, origin)].Add();
    duration.Observe(took);
  }

  Counter started;
  std::array<Counter, kOutcomeKinds> finished;
  LatencyHistogram duration;
};

/// TLS handshakes by how they ended.
struct HandshakeCounters {
  void Add(tls::HandshakeResult result) { by_result[static_cast<size_t>(result)].Add(); }

  std::array<Counter, tls::kHandshakeResultCount> by_result;
  Counter resumed;  ///< of those that are kOk
};

struct TrafficCounters {
  Counter received_bytes;
  Counter sent_bytes;
};

struct EndpointCounters {
  CallCounters attempts;
  Counter transparent_retries;
  Counter waits;
  Counter waits_ended;
  Counter connections_opened;
  std::array<Counter, kCloseReasonCount> connections_closed;
  std::array<Counter, kConnectFailureCount> connect_failures;
  TrafficCounters traffic;
  HandshakeCounters handshakes;
};

/// Whether what a path names is known to be a method.
enum class IsMethod : bool { kNo, kYes };

// On cache lines of its own: workers must not slow each other down.
class alignas(64) WorkerMetrics {
 public:
  explicit WorkerMetrics(MethodTable& methods) : method_index_(methods) {}

  /// The number of the method that a call's `:path` names; kOtherMethod when it names none or there
  /// is no room for it; kUnsettledMethod when no endpoint has answered it so far.
  MethodId FindMethod(std::string_view path) { return method_index_.Find(path); }

  /// Each start is followed by one finish of the same method, also when the call is cancelled. A
  /// call of an unsettled method is in flight as "other" and counts as started once it is settled,
  /// at the latest before its finish.
  void CallStarted(MethodId method) {
    (method == kUnsettledMethod ? unsettled_started_ : MethodCounters(method).started).Add();
  }
  /// A call of an unsettled method is of this one from now on: kOtherMethod where nothing says that
  /// there is such a method. `path` is the call's.
  MethodId Settle(std::string_view path, IsMethod is_method) {
    const MethodId method = is_method == IsMethod::kYes ? method_index_.Settle(path) : kOtherMethod;
    MethodCounters(method).started.Add();
    unsettled_ended_.Add();
    return method;
  }
  void CallFinished(MethodId method, rpc::StatusCode status, rpc::Origin origin,
                    base::Duration took) {
    MethodCounters(method).Finished(status, origin, took);
  }

  /// Each start is followed by one finish on the same endpoint.
  void AttemptStarted(EndpointId endpoint) { At(endpoint).attempts.started.Add(); }
  void AttemptFinished(EndpointId endpoint, const rpc::AttemptOutcome& outcome) {
    At(endpoint).attempts.Finished(outcome.status, outcome.origin, outcome.duration);
  }
  /// A stream is wanted and none of the endpoint's connections, which work, has room; followed by
  /// one AttemptWaited.
  void AttemptWaits(EndpointId endpoint) { At(endpoint).waits.Add(); }
  void AttemptWaited(EndpointId endpoint) { At(endpoint).waits_ended.Add(); }
  /// An attempt that `endpoint` refused unprocessed is tried again at no cost (gRFC A6).
  void TransparentRetry(EndpointId endpoint) { At(endpoint).transparent_retries.Add(); }

  /// A connection became ready: the endpoint's SETTINGS came.
  void EndpointConnectionOpened(EndpointId endpoint) { At(endpoint).connections_opened.Add(); }
  /// A connection that was ready ended.
  void EndpointConnectionClosed(EndpointId endpoint, CloseReason reason) {
    At(endpoint).connections_closed[static_cast<size_t>(reason)].Add();
  }
  /// An attempt to connect ended before the connection was ready.
  void EndpointConnectFailed(EndpointId endpoint, ConnectFailure failure) {
    At(endpoint).connect_failures[static_cast<size_t>(failure)].Add();
  }
  /// A TLS handshake is over.
  void EndpointHandshake(EndpointId endpoint, tls::HandshakeResult result, bool resumed) {
    At(endpoint).handshakes.Add(result);
    if (resumed) At(endpoint).handshakes.resumed.Add();
  }
  /// Bytes of the socket, HTTP/2 framing included.
  void EndpointBytesReceived(EndpointId endpoint, size_t bytes) {
    At(endpoint).traffic.received_bytes.Add(bytes);
  }
  void EndpointBytesSent(EndpointId endpoint, size_t bytes) {
    At(endpoint).traffic.sent_bytes.Add(bytes);
  }

  void ClientConnectionOpened() { client_connections_opened_.Add(); }
  void ClientConnectionClosed() { client_connections_closed_.Add(); }
  void ClientHandshake(tls::HandshakeResult result, bool resumed) {
    client_handshakes_.Add(result);
    if (resumed) client_handshakes_.resumed.Add();
  }
  void ClientConnectionEnded(ClientEnd reason) {
    client_connections_ended_[static_cast<size_t>(reason)].Add();
  }
  /// Bytes of the socket, HTTP/2 framing included.
  void ClientBytesReceived(size_t bytes) { client_traffic_.received_bytes.Add(bytes); }
  void ClientBytesSent(size_t bytes) { client_traffic_.sent_bytes.Add(bytes); }

  void PeerFault(Side side, Fault fault) {
    faults_[static_cast<size_t>(side)][static_cast<size_t>(fault)].Add();
  }

  /// Any thread, from here on. Null: nothing counted yet.
  const CallCounters* MethodCalls(MethodId method) const {
    return methods_.Find(static_cast<size_t>(method));
  }
  const EndpointCounters* FindEndpoint(EndpointId endpoint) const {
    return endpoints_.Find(static_cast<size_t>(endpoint));
  }
  uint64_t unsettled_calls() const {
    const uint64_t ended = unsettled_ended_.value();
    const uint64_t started = unsettled_started_.value();
    return started > ended ? started - ended : 0;  // an end may be seen before its start
  }
  uint64_t client_connections_opened() const { return client_connections_opened_.value(); }
  uint64_t client_connections_closed() const { return client_connections_closed_.value(); }
  uint64_t client_connections_ended(ClientEnd reason) const {
    return client_connections_ended_[static_cast<size_t>(reason)].value();
  }
  const HandshakeCounters& client_handshakes() const { return client_handshakes_; }
  const TrafficCounters& client_traffic() const { return client_traffic_; }
  uint64_t faults(Side side, Fault fault) const {
    return faults_[static_cast<size_t>(side)][static_cast<size_t>(fault)].value();
  }

 private:
  CallCounters& MethodCounters(MethodId method) { return methods_[static_cast<size_t>(method)]; }
  EndpointCounters& At(EndpointId endpoint) { return endpoints_[static_cast<size_t>(endpoint)]; }

  MethodIndex method_index_;
  LazySlots<CallCounters> methods_;
  Counter unsettled_started_;
  Counter unsettled_ended_;
  LazySlots<EndpointCounters> endpoints_;
  Counter client_connections_opened_;
  Counter client_connections_closed_;
  std::array<Counter, kClientEndCount> client_connections_ended_;
  HandshakeCounters client_handshakes_;
  TrafficCounters client_traffic_;
  std::array<std::array<Counter, kFaultCount>, kSideCount> faults_;
};

}  // namespace evenkeel::telemetry
