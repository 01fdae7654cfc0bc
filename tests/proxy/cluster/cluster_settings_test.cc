#include "proxy/cluster/cluster_settings.h"

#include <gtest/gtest.h>

namespace evenkeel::proxy {
namespace {

using namespace std::chrono_literals;

class ClusterSettingsTest : public ::testing::Test {
 protected:
  config::Cluster cluster_;
  telemetry::RetryCounters counters_;
};

TEST_F(ClusterSettingsTest, WithoutOutlierDetectionTheDefaultStatusesAreFailures) {
  cluster_.outlier_detection.reset();
  EXPECT_EQ(ClusterSettingsOf(cluster_).failures, rpc::DefaultFailures());
}

TEST_F(ClusterSettingsTest, OutlierDetectionSaysWhichStatusesAreFailures) {
  cluster_.outlier_detection.emplace().statuses = {"ABORTED"};
  EXPECT_EQ(ClusterSettingsOf(cluster_).failures, rpc::StatusSetOf({"ABORTED"}));
}

TEST_F(ClusterSettingsTest, StreamsMoveOnlyWhereTheConfigurationSaysSo) {
  EXPECT_EQ(ClusterSettingsOf(cluster_).mover, std::nullopt);
  cluster_.move_streams = config::MoveStreams{.older_than = 5min, .share_per_minute = 20};
  EXPECT_EQ(ClusterSettingsOf(cluster_).mover->older_than, 5min);
  EXPECT_EQ(ClusterSettingsOf(cluster_).mover->share_per_minute, 20);
}

TEST_F(ClusterSettingsTest, BrakesThatAreOffAreNone) {
  cluster_.retry_throttling.reset();
  cluster_.retry_budget.reset();
  const auto brakes = RetryStateOf(cluster_, counters_, std::make_shared<pool::Limits>())->brakes();
  EXPECT_EQ(brakes.throttle, nullptr);
  EXPECT_EQ(brakes.budget, nullptr);
  EXPECT_EQ(brakes.at_once, nullptr);
}

TEST_F(ClusterSettingsTest, BrakesBeginFull) {
  const auto limits = std::make_shared<pool::Limits>();
  limits->retries.set_max(3);
  const auto state = RetryStateOf(cluster_, counters_, limits);
  const auto brakes = state->brakes();
  ASSERT_NE(brakes.throttle, nullptr);
  EXPECT_TRUE(brakes.throttle->Allows());
  ASSERT_NE(brakes.budget, nullptr);
  EXPECT_EQ(brakes.budget->left(), cluster_.retry_budget->reserve);
  EXPECT_EQ(brakes.at_once, &limits->retries);
}

TEST_F(ClusterSettingsTest, CertificatesAreForTheHostAsItIsWritten) {
  EXPECT_EQ(TlsHostOf(cluster_, "users.example:50061"), "users.example");
  EXPECT_EQ(TlsHostOf(cluster_, "users.example.:50061"), "users.example");
  EXPECT_EQ(TlsHostOf(cluster_, "10.0.0.1:50061"), "10.0.0.1");
  EXPECT_EQ(TlsHostOf(cluster_, "[::1]:50061"), "::1");
  EXPECT_EQ(TlsHostOf(cluster_, "unix:/run/users.sock"), "");
}

TEST_F(ClusterSettingsTest, OfDnsItIsTheNameThatWasAskedFor) {
  using Records = config::DnsName::Records;
  cluster_.origin = config::DnsName{.name = "users.example", .port = 50061};
  EXPECT_EQ(TlsHostOf(cluster_, "10.0.0.1:50061"), "users.example");
  cluster_.origin =
      config::DnsName{.records = Records::kServices, .name = "_grpc._tcp.users.example"};
  EXPECT_EQ(TlsHostOf(cluster_, "10.0.0.1:50061"), "users.example");
}

TEST_F(ClusterSettingsTest, SetsEachLimit) {
  pool::Limits limits;
  SetLimits(limits, {.max_calls = 1, .max_connections = 2, .max_retries = 3}, 4);
  EXPECT_EQ(limits.calls.max(), 1u);
  EXPECT_EQ(limits.connections.max(), 2u);
  EXPECT_EQ(limits.retries.max(), 3u);
  EXPECT_EQ(limits.pending.max(), 4u);
}

// What knows no configuration has the same values where nobody says otherwise.
TEST_F(ClusterSettingsTest, DefaultsAreThoseOfTheConfiguration) {
  EXPECT_EQ(SessionSettingsOf(config::Http2{}), http2::SessionSettings{});
  EXPECT_EQ(PoolSettingsOf(config::Cluster{}), pool::Pool::Settings{});
  EXPECT_EQ(rpc::StatusSetOf(config::OutlierDetection{}.statuses), rpc::DefaultFailures());
}

TEST_F(ClusterSettingsTest, AdaptiveConcurrencyStaysBelowMaxCalls) {
  base::Limit calls;
  EXPECT_EQ(ConcurrencyOf(cluster_, calls, {}), nullptr);
  cluster_.adaptive_concurrency.emplace();
  cluster_.limits.max_calls = 7;
  const auto concurrency = ConcurrencyOf(cluster_, calls, base::Time(1h));
  ASSERT_NE(concurrency, nullptr);
  EXPECT_LE(calls.max(), 7u);
}

}  // namespace
}  // namespace evenkeel::proxy
