#include "lib/telemetry/worker_metrics.h"

#include <gtest/gtest.h>

#include <chrono>
#include <set>

#include "lib/telemetry/method_table.h"

namespace evenkeel::telemetry {
namespace {

using rpc::Origin;
using rpc::StatusCode;
using namespace std::chrono_literals;

TEST(OutcomeKindTest, EachStatusAndOriginHasAPlaceOfItsOwn) {
  std::set<size_t> kinds;
  for (int status = 0; status < rpc::kStatusCodeCount; ++status) {
    for (int origin = 0; origin < rpc::kOriginCount; ++origin) {
      kinds.insert(OutcomeKind(static_cast<StatusCode>(status), static_cast<Origin>(origin)));
    }
  }
  EXPECT_EQ(kinds.size(), kOutcomeKinds);
  EXPECT_EQ(*kinds.rbegin(), kOutcomeKinds - 1);
}

class WorkerMetricsTest : public ::testing::Test {
 protected:
  static constexpr EndpointId kFirst{0};
  static constexpr EndpointId kFar{5'000};

  MethodTable methods_{10};
  WorkerMetrics metrics_{methods_};
};

TEST_F(WorkerMetricsTest, HasNothingForWhatWasNeverCounted) {
  EXPECT_EQ(metrics_.MethodCalls(MethodId{1}), nullptr);
  EXPECT_EQ(metrics_.FindEndpoint(kFirst), nullptr);
  metrics_.AttemptStarted(kFar);
  EXPECT_NE(metrics_.FindEndpoint(kFar), nullptr);
  EXPECT_EQ(metrics_.FindEndpoint(kFirst), nullptr);
}

TEST_F(WorkerMetricsTest, CountsCallsByMethod) {
  const MethodId one = methods_.Settle("a.B/C");
  const MethodId other = methods_.Settle("a.B/D");
  EXPECT_EQ(metrics_.FindMethod("/a.B/C"), one);
  metrics_.CallStarted(one);
  metrics_.CallStarted(one);
  metrics_.CallFinished(one, StatusCode::kNotFound, Origin::kEndpoint, 3ms);
  metrics_.CallStarted(other);
  const CallCounters& counters = *metrics_.MethodCalls(one);
  EXPECT_EQ(counters.started.value(), 2u);
  EXPECT_EQ(counters.finished[OutcomeKind(StatusCode::kNotFound, Origin::kEndpoint)].value(), 1u);
  EXPECT_EQ(counters.duration.nanoseconds(), 3'000'000u);
  EXPECT_EQ(metrics_.MethodCalls(other)->started.value(), 1u);
}

TEST_F(WorkerMetricsTest, CountsACallOfAnUnsettledMethodOnceItIsSettled) {
  EXPECT_EQ(metrics_.FindMethod("/a.B/C"), kUnsettledMethod);
  metrics_.CallStarted(kUnsettledMethod);
  metrics_.CallStarted(kUnsettledMethod);
  EXPECT_EQ(metrics_.unsettled_calls(), 2u);
  const MethodId settled = metrics_.Settle("/a.B/C", IsMethod::kYes);
  EXPECT_EQ(metrics_.FindMethod("/a.B/C"), settled);
  EXPECT_EQ(metrics_.MethodCalls(settled)->started.value(), 1u);
  EXPECT_EQ(metrics_.Settle("/a.B/D", IsMethod::kNo), kOtherMethod);
  EXPECT_EQ(metrics_.FindMethod("/a.B/D"), kUnsettledMethod);
  EXPECT_EQ(metrics_.unsettled_calls(), 0u);
}

// As a reader sees it to whom the end shows before the start.
TEST_F(WorkerMetricsTest, HasNoLessThanNoUnsettledCalls) {
  metrics_.Settle("/s/Get", IsMethod::kNo);
  EXPECT_EQ(metrics_.unsettled_calls(), 0u);
}

TEST_F(WorkerMetricsTest, CountsWhatBecomesOfAnEndpoint) {
  metrics_.AttemptStarted(kFirst);
  metrics_.AttemptFinished(kFirst, {StatusCode::kUnavailable, Origin::kProxy, 2ms});
  metrics_.TransparentRetry(kFirst);
  metrics_.EndpointConnectionOpened(kFirst);
  metrics_.EndpointConnectionClosed(kFirst, CloseReason::kOurs);
  metrics_.EndpointConnectFailed(kFirst, ConnectFailure::kRefused);
  metrics_.EndpointBytesReceived(kFirst, 100);
  metrics_.EndpointBytesSent(kFirst, 20);
  metrics_.EndpointBytesSent(kFirst, 3);
  const EndpointCounters& counters = *metrics_.FindEndpoint(kFirst);
  EXPECT_EQ(counters.attempts.started.value(), 1u);
  EXPECT_EQ(
      counters.attempts.finished[OutcomeKind(StatusCode::kUnavailable, Origin::kProxy)].value(),
      1u);
  EXPECT_EQ(counters.attempts.duration.nanoseconds(), 2'000'000u);
  EXPECT_EQ(counters.transparent_retries.value(), 1u);
  EXPECT_EQ(counters.connections_opened.value(), 1u);
  EXPECT_EQ(counters.connections_closed[static_cast<size_t>(CloseReason::kOurs)].value(), 1u);
  EXPECT_EQ(counters.connect_failures[static_cast<size_t>(ConnectFailure::kRefused)].value(), 1u);
  EXPECT_EQ(counters.traffic.received_bytes.value(), 100u);
  EXPECT_EQ(counters.traffic.sent_bytes.value(), 23u);
}

TEST_F(WorkerMetricsTest, CountsClientsAndFaultsOfBothSides) {
  metrics_.ClientConnectionOpened();
  metrics_.ClientConnectionOpened();
  metrics_.ClientConnectionClosed();
  metrics_.ClientConnectionEnded(ClientEnd{});
  metrics_.ClientBytesReceived(7);
  metrics_.ClientBytesSent(8);
  EXPECT_EQ(metrics_.client_connections_opened(), 2u);
  EXPECT_EQ(metrics_.client_connections_closed(), 1u);
  EXPECT_EQ(metrics_.client_connections_ended(ClientEnd{}), 1u);
  EXPECT_EQ(metrics_.client_traffic().received_bytes.value(), 7u);
  EXPECT_EQ(metrics_.client_traffic().sent_bytes.value(), 8u);
  const auto last = static_cast<Fault>(kFaultCount - 1);
  metrics_.PeerFault(Side{1}, last);
  EXPECT_EQ(metrics_.faults(Side{1}, last), 1u);
  EXPECT_EQ(metrics_.faults(Side{0}, last), 0u);
  EXPECT_EQ(metrics_.faults(Side{1}, Fault{0}), 0u);
}

TEST_F(WorkerMetricsTest, CountsHandshakesByTheirEnd) {
  metrics_.ClientHandshake(tls::HandshakeResult::kOk, false);
  metrics_.ClientHandshake(tls::HandshakeResult::kOk, true);
  metrics_.EndpointHandshake(kFirst, tls::HandshakeResult::kExpired, false);
  const HandshakeCounters& clients = metrics_.client_handshakes();
  EXPECT_EQ(clients.by_result[static_cast<size_t>(tls::HandshakeResult::kOk)].value(), 2u);
  EXPECT_EQ(clients.resumed.value(), 1u);
  const HandshakeCounters& endpoint = metrics_.FindEndpoint(kFirst)->handshakes;
  EXPECT_EQ(endpoint.by_result[static_cast<size_t>(tls::HandshakeResult::kExpired)].value(), 1u);
}

}  // namespace
}  // namespace evenkeel::telemetry
