// health_check, outlier_detection and keepalive of a cluster.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lib/yaml/loader.h"

namespace evenkeel::config {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string File(const std::string& keys) {
  return "listeners: [{address: \"127.0.0.1:1\", cluster: a}]\n"
         "clusters: {a: {endpoints: [\"10.0.0.1:1\"], " +
         keys + "}}\n";
}

Cluster Load(const std::string& keys) {
  const auto result = LoadText(File(keys), "good.yaml");
  if (result) return result->clusters[0];
  ADD_FAILURE() << Format(result.error());
  return {};
}

std::string ErrorOf(const std::string& keys) {
  const auto result = LoadText(File(keys), "bad.yaml");
  return result ? "no error" : Format(result.error());
}

TEST(HealthConfigTest, ChecksAndOutlierDetectionAreOnByDefaultAndKeepaliveOff) {
  const Cluster cluster = Load("policy: round_robin");
  ASSERT_TRUE(cluster.health_check);
  EXPECT_EQ(cluster.health_check->type, HealthCheck::Type::kGrpc);
  EXPECT_EQ(cluster.health_check->interval, 5s);
  ASSERT_TRUE(cluster.outlier_detection);
  EXPECT_TRUE(cluster.outlier_detection->consecutive_failures);
  EXPECT_FALSE(cluster.outlier_detection->latency);
  EXPECT_FALSE(cluster.keepalive);
}

TEST(HealthConfigTest, EachCanBeSwitchedOff) {
  const Cluster cluster = Load("health_check: off, outlier_detection: off, keepalive: off");
  EXPECT_FALSE(cluster.health_check);
  EXPECT_FALSE(cluster.outlier_detection);
  EXPECT_FALSE(cluster.keepalive);
}

TEST(HealthConfigTest, AHealthCheckFitsInOneLine) {
  const Cluster cluster = Load("health_check: {service: user.v1.UserService}");
  EXPECT_EQ(cluster.health_check->service, "user.v1.UserService");
}

TEST(HealthConfigTest, SendsNoMetadataThatBelongsToHttpOrGrpc) {
  for (const char* each : {"te", "host", "connection", "content-length", "content-type"}) {
    EXPECT_THAT(ErrorOf(std::string("health_check: {metadata: {") + each + ": x}}"),
                HasSubstr("belongs to HTTP and gRPC"))
        << each;
  }
}

TEST(HealthConfigTest, ErrorsDoNotQuoteWhatMayBeASecret) {
  const std::string error = ErrorOf("health_check: {metadata: {authorization: \"s3cr3t\\n\"}}");
  EXPECT_THAT(error, HasSubstr("metadata.authorization: has bytes other than"));
  EXPECT_THAT(error, ::testing::Not(HasSubstr("s3cr3t")));
}

TEST(HealthConfigTest, ReadsAnHttpCheck) {
  const Cluster cluster = Load(
      "health_check: {type: http, port: 8080, path: /healthz, expected_status: 204, "
      "metadata: {x-a: b}}");
  EXPECT_EQ(cluster.health_check->type, HealthCheck::Type::kHttp);
  EXPECT_EQ(cluster.health_check->port, 8080);
  EXPECT_EQ(cluster.health_check->path, "/healthz");
  EXPECT_EQ(cluster.health_check->expected_status, 204U);
  ASSERT_EQ(cluster.health_check->metadata.size(), 1U);
  EXPECT_EQ(cluster.health_check->metadata[0].name, "x-a");
}

TEST(HealthConfigTest, ReadsEachAlgorithmByItself) {
  const Cluster cluster = Load(
      "outlier_detection: {mode: observe, statuses: [INTERNAL], success_rate: off, "
      "consecutive_failures: {threshold: 9}, latency: {factor: 4}}");
  const OutlierDetection& detection = *cluster.outlier_detection;
  EXPECT_EQ(detection.mode, OutlierDetection::Mode::kObserve);
  EXPECT_THAT(detection.statuses, ElementsAre("INTERNAL"));
  EXPECT_FALSE(detection.success_rate);
  EXPECT_EQ(detection.consecutive_failures->threshold, 9U);
  EXPECT_EQ(detection.failure_percentage->threshold, 85U);
  EXPECT_EQ(detection.latency->factor, 4);
}

TEST(HealthConfigTest, ReadsKeepalive) {
  const Cluster cluster = Load("keepalive: {time: 30s, without_calls: true}");
  EXPECT_EQ(cluster.keepalive->time, 30s);
  EXPECT_EQ(cluster.keepalive->timeout, 20s);
  EXPECT_TRUE(cluster.keepalive->without_calls);
}

TEST(HealthConfigTest, SaysWhyAStatusCannotCount) {
  EXPECT_THAT(ErrorOf("outlier_detection: {statuses: [NOT_FOUND]}"),
              HasSubstr("\"NOT_FOUND\" is no status that can count against an endpoint"));
}

TEST(HealthConfigTest, RefusesKeysOfAnotherType) {
  EXPECT_THAT(ErrorOf("health_check: {type: tcp, service: a.B}"),
              HasSubstr("health_check.service: is for type: grpc; remove it"));
  EXPECT_THAT(ErrorOf("health_check: {path: /healthz}"),
              HasSubstr("health_check.path: is for type: http; remove it"));
}

TEST(HealthConfigTest, RefusesPingsMoreOftenThanA8Allows) {
  EXPECT_THAT(ErrorOf("keepalive: {time: 5s}"), HasSubstr("out of range; allowed is 10s to 24h"));
}

TEST(HealthConfigTest, RefusesOtherWords) {
  EXPECT_THAT(ErrorOf("health_check: no"), HasSubstr("expected a map or off"));
  EXPECT_THAT(ErrorOf("health_check: {type: udp}"), HasSubstr("expected grpc, tcp or http"));
  EXPECT_THAT(ErrorOf("outlier_detection: {eject_last: 1}"), HasSubstr("expected true or false"));
  EXPECT_THAT(ErrorOf("health_check: {type: http, path: healthz}"),
              HasSubstr("is no path of a URL"));
}

}  // namespace
}  // namespace evenkeel::config
