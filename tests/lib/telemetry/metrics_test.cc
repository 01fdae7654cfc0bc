#include "lib/telemetry/metrics.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "lib/base/version.h"
#include "tests/lib/telemetry/scrape.h"

namespace evenkeel::telemetry {
namespace {

using rpc::AttemptOutcome;
using rpc::Origin;
using rpc::StatusCode;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr AttemptOutcome kOk{StatusCode::kOk, Origin::kEndpoint, milliseconds(3)};

class MetricsTest : public ::testing::Test {
 protected:
  Scrape Read() const { return Scrape(metrics_.Text()); }

  void Call(WorkerMetrics& worker, std::string_view path, const AttemptOutcome& outcome = kOk) {
    MethodId method = worker.FindMethod(path);
    worker.CallStarted(method);
    if (method == kUnsettledMethod) method = worker.Settle(path, IsMethod::kYes);
    worker.CallFinished(method, outcome.status, outcome.origin, outcome.duration);
  }

  void Attempt(WorkerMetrics& worker, EndpointId endpoint, const AttemptOutcome& outcome = kOk) {
    worker.AttemptStarted(endpoint);
    worker.AttemptFinished(endpoint, outcome);
  }

  Metrics metrics_{{.methods = 3}};
  WorkerMetrics& one_ = metrics_.AddWorker();
  WorkerMetrics& two_ = metrics_.AddWorker();
};

TEST_F(MetricsTest, AddsCallsUpOverWorkers) {
  Call(one_, "/s/Get");
  Call(one_, "/s/Get");
  Call(two_, "/s/Get");
  EXPECT_EQ(Read().Value("evenkeel_server_call_started_total{grpc_method=\"s/Get\"}"), 3);
}

TEST_F(MetricsTest, TellsStatusesAndOriginsApart) {
  Call(one_, "/s/Get");
  Call(one_, "/s/Get", {StatusCode::kUnavailable, Origin::kEndpoint, seconds(1)});
  Call(two_, "/s/Get", {StatusCode::kUnavailable, Origin::kProxy, seconds(1)});
  const Scrape scrape = Read();
  const std::string name = "evenkeel_server_call_finished_total";
  EXPECT_EQ(scrape.Value(name + R"({grpc_method="s/Get",grpc_status="OK",origin="endpoint"})"), 1);
  EXPECT_EQ(
      scrape.Value(name + R"({grpc_method="s/Get",grpc_status="UNAVAILABLE",origin="endpoint"})"),
      1);
  EXPECT_EQ(
      scrape.Value(name + R"({grpc_method="s/Get",grpc_status="UNAVAILABLE",origin="proxy"})"), 1);
  EXPECT_EQ(scrape.Sum(name), 3);
}

TEST_F(MetricsTest, ExportsOnlyOutcomesThatOccurred) {
  Call(one_, "/s/Get");
  EXPECT_EQ(Read().Count("evenkeel_server_call_finished_total"), 1u);
}

TEST_F(MetricsTest, FoldsMethodsBeyondTheLimitIntoOther) {
  for (const std::string_view path : {"/s/A", "/s/B", "/s/C", "/s/D", "/s/E", "no method"}) {
    Call(one_, path);
    Call(two_, path);
  }
  const Scrape scrape = Read();
  EXPECT_EQ(scrape.Value("evenkeel_server_call_started_total{grpc_method=\"s/C\"}"), 2);
  EXPECT_EQ(scrape.Value("evenkeel_server_call_started_total{grpc_method=\"other\"}"), 6);
  EXPECT_EQ(scrape.Sum("evenkeel_server_call_started_total"), 12);
}

TEST_F(MetricsTest, HasNoSeriesForOtherUntilItIsNeeded) {
  Call(one_, "/s/Get");
  EXPECT_FALSE(Read().Has("evenkeel_server_call_started_total{grpc_method=\"other\"}"));
}

TEST_F(MetricsTest, CountsCallsInFlight) {
  metrics_.KnowMethod("s", "Get");
  const MethodId get = one_.FindMethod("/s/Get");
  const std::string in_flight = "evenkeel_server_call_in_flight{grpc_method=\"s/Get\"}";
  one_.CallStarted(get);
  one_.CallStarted(get);
  two_.CallStarted(get);
  EXPECT_EQ(Read().Value(in_flight), 3);
  one_.CallFinished(get, kOk.status, kOk.origin, kOk.duration);
  two_.CallFinished(get, StatusCode::kCancelled, Origin::kClient, seconds(0));
  EXPECT_EQ(Read().Value(in_flight), 1);
}

TEST_F(MetricsTest, HasACallOfAnUnsettledMethodInFlightAsOther) {
  one_.CallStarted(one_.FindMethod("/s/Get"));
  const std::string started = "evenkeel_server_call_started_total";
  const std::string in_flight = "evenkeel_server_call_in_flight";
  EXPECT_EQ(Read().Value(in_flight + "{grpc_method=\"other\"}"), 1);
  EXPECT_EQ(Read().Sum(started), 0);
  one_.Settle("/s/Get", IsMethod::kYes);
  EXPECT_EQ(Read().Value(started + "{grpc_method=\"s/Get\"}"), 1);
  EXPECT_EQ(Read().Value(in_flight + "{grpc_method=\"s/Get\"}"), 1);
  EXPECT_FALSE(Read().Has(in_flight + "{grpc_method=\"other\"}"));
}

TEST_F(MetricsTest, CountsInventedMethodsAsOther) {
  for (int i = 0; i < 1000; ++i) {
    one_.CallStarted(one_.FindMethod("/invented/m" + std::to_string(i)));
    const MethodId method = one_.Settle("/invented/m" + std::to_string(i), IsMethod::kNo);
    one_.CallFinished(method, StatusCode::kUnimplemented, Origin::kEndpoint, seconds(0));
  }
  Call(one_, "/s/Get");
  const Scrape scrape = Read();
  EXPECT_EQ(scrape.Value("evenkeel_server_call_started_total{grpc_method=\"other\"}"), 1000);
  EXPECT_EQ(scrape.Value("evenkeel_server_call_started_total{grpc_method=\"s/Get\"}"), 1);
  EXPECT_EQ(scrape.Count("evenkeel_server_call_started_total"), 2u);
}

// The limit is three.
class MethodMemoryTest : public MetricsTest {
 protected:
  bool HasLabel(const std::string& method) const {
    return Read().Has("evenkeel_server_call_started_total{grpc_method=\"s/" + method + "\"}");
  }
  static constexpr base::Time kFull = base::Time(std::chrono::hours(1000));
};

TEST_F(MethodMemoryTest, TheTableAgesOnceItIsFull) {
  for (const std::string_view path : {"/s/A", "/s/B"}) Call(one_, path);
  metrics_.Forget(kFull - 2 * Metrics::kMethodMemory);
  metrics_.Forget(kFull);
  EXPECT_TRUE(HasLabel("A"));
  Call(two_, "/s/C");
  metrics_.Forget(kFull);
  Call(one_, "/s/A");
  metrics_.Forget(kFull + seconds(1));
  metrics_.Forget(kFull + Metrics::kMethodMemory + seconds(1));
  EXPECT_TRUE(HasLabel("A"));
  EXPECT_FALSE(HasLabel("B"));
  EXPECT_FALSE(HasLabel("C"));
  Call(two_, "/s/D");
  EXPECT_TRUE(HasLabel("D"));
}

TEST_F(MethodMemoryTest, AMethodThatIsOnlyEverRefusedMakesRoomSooner) {
  Call(one_, "/s/A");
  for (const std::string_view path : {"/s/B", "/s/C"}) {
    Call(one_, path, {StatusCode::kUnauthenticated, Origin::kEndpoint, milliseconds(1)});
  }
  metrics_.Forget(kFull);
  metrics_.Forget(kFull + Metrics::kRefusedMethodMemory);
  EXPECT_TRUE(HasLabel("B"));
  metrics_.Forget(kFull + Metrics::kRefusedMethodMemory + seconds(1));
  EXPECT_TRUE(HasLabel("A"));
  EXPECT_FALSE(HasLabel("B"));
}

TEST_F(MethodMemoryTest, AMethodThatHasCallsInFlightKeepsItsLabel) {
  for (const std::string_view path : {"/s/A", "/s/B", "/s/C"}) Call(one_, path);
  one_.CallStarted(one_.FindMethod("/s/A"));
  metrics_.Forget(kFull);
  metrics_.Forget(kFull + Metrics::kMethodMemory + seconds(1));
  EXPECT_TRUE(HasLabel("A"));
  EXPECT_FALSE(HasLabel("B"));
}

TEST_F(MethodMemoryTest, InventedNamesDoNotUseUpTheNumbers) {
  for (int minute = 0; minute < 100; ++minute) {
    for (const char letter : {'a', 'b', 'c'}) {
      Call(one_, "/s/" + (letter + std::to_string(minute)),
           {StatusCode::kUnauthenticated, Origin::kEndpoint, milliseconds(1)});
    }
    const base::Time now = kFull + minute * 2 * Metrics::kRefusedMethodMemory;
    metrics_.Forget(now);
    metrics_.Forget(now + Metrics::kRefusedMethodMemory + seconds(1));
  }
  Call(two_, "/s/A");
  EXPECT_LE(static_cast<uint32_t>(two_.FindMethod("/s/A")), 9u);
}

TEST_F(MethodMemoryTest, ANumberBeginsAnewWithItsNextName) {
  for (const std::string_view path : {"/s/A", "/s/B", "/s/C"}) Call(one_, path);
  const MethodId was = one_.FindMethod("/s/C");
  metrics_.Forget(kFull);
  metrics_.Forget(kFull + Metrics::kMethodMemory + seconds(1));
  metrics_.Forget(kFull + 2 * Metrics::kMethodMemory);
  Call(two_, "/s/D");
  ASSERT_EQ(two_.FindMethod("/s/D"), was);
  const Scrape scrape = Read();
  EXPECT_EQ(scrape.Value("evenkeel_server_call_started_total{grpc_method=\"s/D\"}"), 1);
  EXPECT_EQ(scrape.Value("evenkeel_server_call_duration_seconds_count{grpc_method=\"s/D\"}"), 1);
  EXPECT_EQ(scrape.Value("evenkeel_server_call_in_flight{grpc_method=\"s/D\"}"), 0);
}

TEST_F(MethodMemoryTest, ANumberThatACallHasIsNoOtherNames) {
  for (const std::string_view path : {"/s/A", "/s/B", "/s/C"}) Call(one_, path);
  const MethodId c = one_.FindMethod("/s/C");
  metrics_.Forget(kFull);
  metrics_.Forget(kFull + Metrics::kMethodMemory + seconds(1));
  one_.CallStarted(c);  // found just before it was retired
  metrics_.Forget(kFull + 2 * Metrics::kMethodMemory);
  Call(two_, "/s/D");
  EXPECT_NE(two_.FindMethod("/s/D"), c);
}

class EndpointMemoryTest : public MetricsTest {
 protected:
  bool IsExported() const { return metrics_.Text().find("endpoint=\"a:1\"") != std::string::npos; }
  double Attempts() const {
    return Read().Value(R"(evenkeel_client_attempt_started_total{cluster="users",endpoint="a:1"})");
  }
  void Leave() { metrics_.health().Forget("users", "a:1"); }
  void ComeBack() { metrics_.health().SetState("users", "a:1", "ready"); }

  EndpointMemoryTest() {
    metrics_.health().StateChanged("users", "a:1", "ready", "connection");
    metrics_.health().Probed("users", "a:1", "serving");
    Attempt(one_, endpoint_);
  }

  static constexpr base::Time kLeft = base::Time(std::chrono::hours(1));
  static constexpr base::Time kLast = kLeft + Metrics::kEndpointMemory;
  const EndpointId endpoint_ = metrics_.RegisterEndpoint("users", "a:1");
};

TEST_F(EndpointMemoryTest, OneThatIsThereStays) {
  metrics_.Forget(kLeft);
  metrics_.Forget(kLast + seconds(1));
  EXPECT_EQ(Attempts(), 1);
}

TEST_F(EndpointMemoryTest, OneThatLeftIsForgottenAfterAWhile) {
  Leave();
  metrics_.Forget(kLeft);
  metrics_.Forget(kLast);
  EXPECT_EQ(Attempts(), 1);
  metrics_.Forget(kLast + seconds(1));
  EXPECT_FALSE(IsExported());
}

// However seldom somebody scrapes, the last calls are seen.
TEST_F(EndpointMemoryTest, TheFirstScrapeAfterItLeftHasItStill) {
  metrics_.Forget(kLeft);
  Leave();
  metrics_.Forget(kLast + seconds(1));
  EXPECT_EQ(Attempts(), 1);
}

TEST_F(EndpointMemoryTest, CountersGoOnWhenItComesBack) {
  Leave();
  metrics_.Forget(kLeft);
  ComeBack();
  metrics_.Forget(kLast);
  EXPECT_EQ(Read().Sum("evenkeel_client_health_probes_total"), 1);
  Leave();
  metrics_.Forget(kLast + seconds(1));
  EXPECT_EQ(Attempts(), 1);
  metrics_.Forget(kLast + seconds(2) + Metrics::kEndpointMemory);
  EXPECT_FALSE(IsExported());
  ComeBack();
  Attempt(two_, metrics_.RegisterEndpoint("users", "a:1"));
  metrics_.Forget(kLast + std::chrono::hours(1));
  EXPECT_EQ(Attempts(), 2);
}

TEST_F(EndpointMemoryTest, OneThatLeftStaysAsLongAsItHasACallOrAConnection) {
  Leave();
  one_.AttemptStarted(endpoint_);
  metrics_.Forget(kLeft);
  metrics_.Forget(kLast + seconds(1));
  EXPECT_TRUE(IsExported());
  one_.AttemptFinished(endpoint_, kOk);
  two_.EndpointConnectionOpened(endpoint_);
  metrics_.Forget(kLast + seconds(2));
  metrics_.Forget(kLast + std::chrono::hours(1));
  EXPECT_TRUE(IsExported());
  two_.EndpointConnectionClosed(endpoint_, CloseReason::kOurs);
  metrics_.Forget(kLast + std::chrono::hours(2));
  metrics_.Forget(kLast + std::chrono::hours(3));
  EXPECT_FALSE(IsExported());
}

TEST_F(MetricsTest, ExportsDurationsAsACumulativeHistogram) {
  Call(one_, "/s/Get", {StatusCode::kOk, Origin::kEndpoint, milliseconds(3)});
  Call(two_, "/s/Get", {StatusCode::kOk, Origin::kEndpoint, milliseconds(4)});
  Call(two_, "/s/Get", {StatusCode::kOk, Origin::kEndpoint, seconds(200)});
  const Scrape scrape = Read();
  const std::string name = "evenkeel_server_call_duration_seconds";
  const auto bucket = [&](const std::string& le) {
    return scrape.Value(name + "_bucket{grpc_method=\"s/Get\",le=\"" + le + "\"}");
  };
  EXPECT_EQ(bucket("0"), 0);
  EXPECT_EQ(bucket("0.002"), 0);
  EXPECT_EQ(bucket("0.003"), 1);
  EXPECT_EQ(bucket("0.004"), 2);
  EXPECT_EQ(bucket("100"), 2);
  EXPECT_EQ(bucket("+Inf"), 3);
  EXPECT_EQ(scrape.Value(name + "_count{grpc_method=\"s/Get\"}"), 3);
  EXPECT_DOUBLE_EQ(scrape.Value(name + "_sum{grpc_method=\"s/Get\"}"), 200.007);
}

TEST_F(MetricsTest, NamesEachBucketByItsBoundInSeconds) {
  Call(one_, "/s/Get");
  const Scrape scrape = Read();
  for (const std::string le :
       {"0",     "1e-05", "5e-05", "0.0001", "0.0003", "0.0006", "0.0008", "0.001", "0.002",
        "0.003", "0.004", "0.005", "0.006",  "0.008",  "0.01",   "0.013",  "0.016", "0.02",
        "0.025", "0.03",  "0.04",  "0.05",   "0.065",  "0.08",   "0.1",    "0.13",  "0.16",
        "0.2",   "0.25",  "0.3",   "0.4",    "0.5",    "0.65",   "0.8",    "1",     "2",
        "5",     "10",    "20",    "50",     "100",    "+Inf"}) {
    EXPECT_TRUE(scrape.Has(
        "evenkeel_server_call_duration_seconds_bucket{grpc_method=\"s/Get\",le=\"" + le + "\"}"))
        << le;
  }
  EXPECT_EQ(scrape.Count("evenkeel_server_call_duration_seconds_bucket"), kLatencyBucketCount);
}

TEST_F(MetricsTest, ShowsEndpointsFromTheStart) {
  metrics_.RegisterEndpoint("users", "127.0.0.1:1");
  const Scrape scrape = Read();
  const std::string labels = R"({cluster="users",endpoint="127.0.0.1:1"})";
  EXPECT_EQ(scrape.Value("evenkeel_client_attempt_started_total" + labels), 0);
  EXPECT_EQ(scrape.Value("evenkeel_client_attempt_in_flight" + labels), 0);
  EXPECT_EQ(scrape.Value("evenkeel_client_open_connections" + labels), 0);
}

TEST_F(MetricsTest, KeepsAnEndpointOfTwoClustersApart) {
  const EndpointId a = metrics_.RegisterEndpoint("users", "127.0.0.1:1");
  const EndpointId b = metrics_.RegisterEndpoint("orders", "127.0.0.1:1");
  EXPECT_NE(a, b);
  EXPECT_EQ(metrics_.RegisterEndpoint("users", "127.0.0.1:1"), a);
}

TEST_F(MetricsTest, AddsAttemptsUpByEndpoint) {
  const EndpointId a = metrics_.RegisterEndpoint("users", "127.0.0.1:1");
  const EndpointId b = metrics_.RegisterEndpoint("users", "127.0.0.1:2");
  Attempt(one_, a);
  Attempt(two_, a, {StatusCode::kInternal, Origin::kEndpoint, milliseconds(10)});
  one_.AttemptStarted(b);
  one_.TransparentRetry(b);
  const Scrape scrape = Read();
  const std::string at_a = R"({cluster="users",endpoint="127.0.0.1:1")";
  const std::string at_b = R"({cluster="users",endpoint="127.0.0.1:2")";
  EXPECT_EQ(scrape.Value("evenkeel_client_attempt_started_total" + at_a + "}"), 2);
  EXPECT_EQ(scrape.Value("evenkeel_client_attempt_finished_total" + at_a +
                         R"(,grpc_status="INTERNAL",origin="endpoint"})"),
            1);
  EXPECT_DOUBLE_EQ(scrape.Value("evenkeel_client_attempt_duration_seconds_sum" + at_a + "}"),
                   0.013);
  EXPECT_EQ(scrape.Value("evenkeel_client_attempt_in_flight" + at_a + "}"), 0);
  EXPECT_EQ(scrape.Value("evenkeel_client_attempt_in_flight" + at_b + "}"), 1);
  EXPECT_EQ(scrape.Value("evenkeel_client_call_transparent_retries_total" + at_b + "}"), 1);
}

TEST_F(MetricsTest, TakesEndpointsWhileWorkersCount) {
  Attempt(one_, metrics_.RegisterEndpoint("users", "127.0.0.1:1"));
  for (int port = 2; port < 1000; ++port) {
    Attempt(one_, metrics_.RegisterEndpoint("users", "127.0.0.1:" + std::to_string(port)));
  }
  EXPECT_EQ(Read().Sum("evenkeel_client_attempt_started_total"), 999);
}

TEST_F(MetricsTest, FoldsEndpointsBeyondTheLimitIntoOne) {
  Metrics metrics({.endpoints = 3});
  WorkerMetrics& worker = metrics.AddWorker();
  for (const std::string_view address : {"a:1", "b:1", "c:1", "d:1", "a:1"}) {
    worker.AttemptStarted(metrics.RegisterEndpoint("users", address));
  }
  const Scrape scrape(metrics.Text());
  const std::string name = "evenkeel_client_attempt_started_total";
  EXPECT_EQ(scrape.Value(name + R"({cluster="users",endpoint="a:1"})"), 2);
  EXPECT_EQ(scrape.Value(name + R"({cluster="users",endpoint="b:1"})"), 1);
  EXPECT_EQ(scrape.Value(name + R"({cluster="other",endpoint="other"})"), 2);
  EXPECT_EQ(scrape.Count(name), 3u);
}

TEST_F(MetricsTest, CountsConnectionsToEndpoints) {
  const EndpointId a = metrics_.RegisterEndpoint("users", "127.0.0.1:1");
  one_.EndpointConnectFailed(a, ConnectFailure::kRefused);
  one_.EndpointConnectionOpened(a);
  two_.EndpointConnectionOpened(a);
  two_.EndpointConnectionOpened(a);
  one_.EndpointConnectionClosed(a, CloseReasonFromGoaway(http2::ErrorCode::kNoError));
  two_.EndpointConnectionClosed(a, CloseReason::kReset);
  const Scrape scrape = Read();
  const std::string at_a = R"({cluster="users",endpoint="127.0.0.1:1")";
  EXPECT_EQ(scrape.Value("evenkeel_client_connection_attempts_failed_total" + at_a +
                         R"(,reason="connection refused"})"),
            1);
  EXPECT_EQ(scrape.Value("evenkeel_client_connection_attempts_succeeded_total" + at_a + "}"), 3);
  EXPECT_EQ(scrape.Value("evenkeel_client_disconnections_total" + at_a +
                         R"(,disconnect_error="GOAWAY NO_ERROR"})"),
            1);
  EXPECT_EQ(scrape.Value("evenkeel_client_disconnections_total" + at_a +
                         R"(,disconnect_error="connection reset"})"),
            1);
  EXPECT_EQ(scrape.Value("evenkeel_client_open_connections" + at_a + "}"), 1);
}

TEST_F(MetricsTest, CountsConnectionsOfClients) {
  one_.ClientConnectionOpened();
  two_.ClientConnectionOpened();
  two_.ClientConnectionClosed();
  EXPECT_EQ(Read().Value("evenkeel_server_connections_opened_total"), 2);
  EXPECT_EQ(Read().Value("evenkeel_server_open_connections"), 1);
}

TEST_F(MetricsTest, CountsBytesOnBothSides) {
  const EndpointId a = metrics_.RegisterEndpoint("users", "127.0.0.1:1");
  one_.ClientBytesReceived(10);
  two_.ClientBytesReceived(1);
  one_.ClientBytesSent(20);
  one_.EndpointBytesReceived(a, 30);
  two_.EndpointBytesSent(a, 40);
  const Scrape scrape = Read();
  const std::string labels = R"({cluster="users",endpoint="127.0.0.1:1"})";
  EXPECT_EQ(scrape.Value("evenkeel_server_received_bytes_total"), 11);
  EXPECT_EQ(scrape.Value("evenkeel_server_sent_bytes_total"), 20);
  EXPECT_EQ(scrape.Value("evenkeel_client_received_bytes_total" + labels), 30);
  EXPECT_EQ(scrape.Value("evenkeel_client_sent_bytes_total" + labels), 40);
}

TEST_F(MetricsTest, CountsFaultsBySideAndReason) {
  one_.PeerFault(Side::kClient, FaultFromHttp2(http2::ErrorCode::kEnhanceYourCalm));
  two_.PeerFault(Side::kClient, Fault::kNotGrpc);
  two_.PeerFault(Side::kEndpoint, Fault::kMissingStatus);
  two_.PeerFault(Side::kEndpoint, Fault::kMissingStatus);
  const Scrape scrape = Read();
  const std::string name = "evenkeel_protocol_errors_total";
  EXPECT_EQ(scrape.Value(name + R"({side="client",reason="ENHANCE_YOUR_CALM"})"), 1);
  EXPECT_EQ(scrape.Value(name + R"({side="client",reason="not gRPC"})"), 1);
  EXPECT_EQ(scrape.Value(name + R"({side="endpoint",reason="no grpc-status"})"), 2);
  EXPECT_EQ(scrape.Sum(name), 4);
}

TEST_F(MetricsTest, SaysWhichReleaseItIs) {
  EXPECT_EQ(Read().Value(std::string("evenkeel_build_info{version=\"") + base::kVersion + "\"}"),
            1);
}

TEST_F(MetricsTest, DescribesTheProcess) {
  const Scrape scrape = Read();
  const double now =
      std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  EXPECT_NEAR(scrape.Value("process_start_time_seconds"), now, 600);
  EXPECT_GT(scrape.Value("process_resident_memory_bytes"), 1'000'000);
  EXPECT_GT(scrape.Value("process_virtual_memory_bytes"), 1'000'000);
  EXPECT_GE(scrape.Value("process_open_fds"), 3);
  EXPECT_GT(scrape.Value("process_max_fds"), 3);
  EXPECT_GE(scrape.Value("process_cpu_seconds_total"), 0);
}

TEST_F(MetricsTest, ShowsHowLongTheMainThreadTookForEachTurn) {
  metrics_.main_turns().Observe(std::chrono::milliseconds(20));
  metrics_.main_turns().Observe(std::chrono::milliseconds(21));
  const Scrape scrape = Read();
  EXPECT_EQ(scrape.Value("evenkeel_main_turn_cpu_seconds_bucket{le=\"0.02\"}"), 1);
  EXPECT_EQ(scrape.Value("evenkeel_main_turn_cpu_seconds_bucket{le=\"+Inf\"}"), 2);
  EXPECT_EQ(scrape.Value("evenkeel_main_turn_cpu_seconds_count"), 2);
  EXPECT_DOUBLE_EQ(scrape.Value("evenkeel_main_turn_cpu_seconds_sum"), 0.041);
}

TEST_F(MetricsTest, StaysValidWhenAnAddressHasOddCharacters) {
  const EndpointId odd = metrics_.RegisterEndpoint("users", "unix:/tmp/\"a\\b\"");
  Attempt(one_, odd);
  EXPECT_EQ(
      Read().Value(
          R"(evenkeel_client_attempt_started_total{cluster="users",endpoint="unix:/tmp/\"a\\b\""})"),
      1);
}

TEST_F(MetricsTest, PassesPromtool) {
  if (std::system("promtool --version >/dev/null 2>&1") != 0) {
    GTEST_SKIP() << "NOT CHECKED: promtool (Debian package prometheus) is not installed";
  }
  const EndpointId a = metrics_.RegisterEndpoint("users", "127.0.0.1:1");
  Call(one_, "/s/Get");
  Call(one_, "other", {StatusCode::kUnavailable, Origin::kProxy, seconds(1)});
  Attempt(two_, a);
  one_.EndpointConnectFailed(a, ConnectFailure::kNotResolved);
  one_.EndpointConnectionOpened(a);
  one_.EndpointConnectionClosed(a, CloseReason::kOurs);
  one_.PeerFault(Side::kClient, Fault::kBadTimeout);
  const auto file = std::filesystem::temp_directory_path() /
                    ("evenkeel_metrics_" + std::to_string(getpid()) + ".txt");
  std::ofstream(file) << metrics_.Text();
  const int result = std::system(("promtool check metrics < " + file.string()).c_str());
  std::filesystem::remove(file);
  EXPECT_EQ(result, 0);
}

}  // namespace
}  // namespace evenkeel::telemetry
