// What the configuration says of traffic: what is read, and what is refused.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "lib/yaml/loader.h"

namespace evenkeel::config {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string WithRoute(const std::string& route) {
  return "listeners:\n  - address: \"127.0.0.1:1\"\n    routes:\n      - {" + route +
         "}\nclusters: {a: {endpoints: [\"x:1\"]}, b: {endpoints: [\"y:1\"]}}\n";
}

RouteTraffic Read(const std::string& route) {
  const auto config = LoadText(WithRoute(route), "test.yaml");
  if (config) return config->listeners[0]->routes[0].traffic;
  ADD_FAILURE() << Format(config.error());
  return {};
}

std::string ErrorOf(const std::string& route) {
  const auto config = LoadText(WithRoute(route), "test.yaml");
  return config ? "" : Format(config.error());
}

TEST(TrafficTest, ReadsASplit) {
  const RouteTraffic traffic = Read("split: {a: 90, b: 10}");
  ASSERT_EQ(traffic.split.size(), 2u);
  EXPECT_EQ(traffic.split[1].cluster, "b");
  EXPECT_EQ(traffic.split[1].weight, 10u);
}

TEST(TrafficTest, RefusesASplitThatGoesNowhere) {
  EXPECT_THAT(ErrorOf("split: {a: 0, b: 0}"), HasSubstr("gives no cluster a weight"));
  EXPECT_THAT(ErrorOf("split: {}"), HasSubstr("names no cluster; write {cluster: weight"));
  EXPECT_THAT(ErrorOf("split: {}"), Not(HasSubstr("is missing")));
  EXPECT_THAT(ErrorOf("split: {a: 1, c: 1}"), HasSubstr("unknown cluster \"c\""));
  EXPECT_THAT(ErrorOf("cluster: a, split: {b: 1}"), HasSubstr("has both cluster and split"));
  EXPECT_THAT(ErrorOf("match: {authority: x}"), HasSubstr("is missing"));
}

TEST(TrafficTest, ABurstIsAsLargeAsCallsUnlessItIsWritten) {
  EXPECT_FALSE(Read("cluster: a, rate_limit: {calls: 7}").rate_limit->burst);
  EXPECT_EQ(Read("cluster: a, rate_limit: {calls: 7, burst: 2}").rate_limit->burst, 2u);
  EXPECT_THAT(ErrorOf("cluster: a, rate_limit: {}"), HasSubstr("calls"));
}

TEST(TrafficTest, RefusesEditsOfWhatBelongsToHttp2AndGrpc) {
  for (const char* name : {"\":path\"", "te", "content-type", "grpc-timeout", "host", "x-bin"}) {
    for (const char* edit : {"set: {", "add: {"}) {
      const std::string text = std::string(edit) + name + ": v}";
      EXPECT_THAT(ErrorOf("cluster: a, request_headers: {" + text + "}"), HasSubstr("test.yaml:4:"))
          << text;
      EXPECT_THAT(ErrorOf("cluster: a, response_headers: {" + text + "}"),
                  HasSubstr("test.yaml:4:"))
          << text;
    }
  }
  EXPECT_THAT(ErrorOf("cluster: a, request_headers: {set: {te: x}}"),
              HasSubstr("belongs to HTTP and gRPC"));
  EXPECT_THAT(ErrorOf("cluster: a, request_headers: {remove: [grpc-status]}"),
              HasSubstr("belongs to gRPC itself"));
}

TEST(TrafficTest, BinaryMetadataCanBeRemoved) {
  EXPECT_EQ(Read("cluster: a, request_headers: {remove: [x-y-bin]}").request_headers.remove[0],
            "x-y-bin");
  EXPECT_NE(ErrorOf("cluster: a, request_headers: {remove: [grpc-status-details-bin]}"), "");
}

TEST(TrafficTest, RefusesAFaultThatDoesNothingOrHasNoStatus) {
  EXPECT_THAT(ErrorOf("cluster: a, fault: {}"), HasSubstr("does nothing"));
  EXPECT_THAT(ErrorOf("cluster: a, fault: {abort: {status: OK}}"),
              HasSubstr("no status that a call can fail with"));
}

TEST(TrafficTest, RefusesAnAdaptiveLimitWhoseBoundsCross) {
  const auto config = LoadText(
      "listeners: [{address: \"127.0.0.1:1\", cluster: a}]\n"
      "clusters: {a: {endpoints: [\"x:1\"], adaptive_concurrency: {min_calls: 9, max_calls: 8}}}\n",
      "test.yaml");
  ASSERT_FALSE(config);
  EXPECT_THAT(Format(config.error()), HasSubstr("max_calls, 8, is less than min_calls, 9"));
}

}  // namespace
}  // namespace evenkeel::config
