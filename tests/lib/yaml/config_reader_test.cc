// What good files mean: every value where it belongs, every default where nothing is written.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iomanip>
#include <sstream>
#include <string>
#include <vector>

#include "lib/yaml/config_reader.h"
#include "lib/yaml/loader.h"

namespace evenkeel::config {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;

Config Load(const std::string& text) {
  const auto result = LoadText(text, "good.yaml");
  if (result) return *result;
  ADD_FAILURE() << Format(result.error());
  return {};
}

// The only cluster of a file that says `keys` of it.
Cluster LoadCluster(const std::string& keys) {
  const Config config =
      Load("listeners: [{address: \"127.0.0.1:0\", cluster: a}]\nclusters: {a: {" + keys + "}}\n");
  return config.clusters.empty() ? Cluster{} : *config.clusters.front();
}

// The only listener of a file that says `keys` of it, with clusters a and b.
Listener LoadListener(const std::string& keys) {
  const Config config =
      Load("clusters: {a: {endpoints: [\"h:1\"]}, b: {endpoints: [\"h:1\"]}}\nlisteners: [{" +
           keys + "}]\n");
  return config.listeners.empty() ? Listener{} : *config.listeners.front();
}

std::vector<std::string> Addresses(const std::vector<Endpoint>& endpoints) {
  std::vector<std::string> addresses;
  for (const Endpoint& endpoint : endpoints) addresses.push_back(endpoint.address.ToString());
  return addresses;
}

TEST(GoodConfigTest, WhatIsNotWrittenHasItsDefault) {
  const Config config = Load(
      "listeners: [{address: \"127.0.0.1:50051\", cluster: a}]\n"
      "clusters: {a: {endpoints: [\"127.0.0.1:50061\"]}}\n");
  ASSERT_THAT(config.listeners, SizeIs(1));
  EXPECT_THAT(config.listeners[0]->routes, IsEmpty());
  EXPECT_EQ(config.listeners[0]->http2.stream_window, 65536U);
  EXPECT_EQ(config.listeners[0]->http2.connection_window, 1048576U);
  EXPECT_EQ(config.listeners[0]->http2.max_concurrent_streams, 100U);
  EXPECT_EQ(config.listeners[0]->http2.max_header_list, 65536U);
  ASSERT_THAT(config.clusters, SizeIs(1));
  EXPECT_EQ(PolicyName(config.clusters[0]->policy), "least_request");
  EXPECT_EQ(config.clusters[0]->balancing.panic_threshold, 50U);
  EXPECT_EQ(config.clusters[0]->balancing.slow_start.window, 0s);
  EXPECT_EQ(config.clusters[0]->connection.connect_timeout, 1s);
  EXPECT_EQ(config.clusters[0]->connection.max_backoff, 10s);
  EXPECT_EQ(config.clusters[0]->max_pending_calls, 1024U);
  EXPECT_EQ(config.admin.address.value().ToString(), "127.0.0.1:9901");
  EXPECT_EQ(config.workers, std::nullopt);
}

TEST(GoodConfigTest, EndpointsAreAddressesOrMapsInTheirOrder) {
  const Cluster cluster = LoadCluster(
      "endpoints: [\"10.0.0.1:1\", {address: \"[::1]:2\"}, Users.example:3, unix:/run/u.sock]");
  EXPECT_EQ(cluster.name, "a");
  EXPECT_THAT(Addresses(cluster.endpoints),
              ElementsAre("10.0.0.1:1", "[::1]:2", "users.example:3", "unix:/run/u.sock"));
}

TEST(GoodConfigTest, ClustersKeepTheOrderOfTheFile) {
  const Config config = Load(
      "listeners: [{address: \"127.0.0.1:0\", cluster: z}]\n"
      "clusters: {z: {endpoints: [\"h:1\"]}, b: {endpoints: [\"h:1\"]}, m.1: {endpoints: "
      "[\"h:1\"]}}\n");
  ASSERT_THAT(config.clusters, SizeIs(3));
  EXPECT_EQ(config.clusters[0]->name, "z");
  EXPECT_EQ(config.clusters[1]->name, "b");
  EXPECT_EQ(config.clusters[2]->name, "m.1");
}

TEST(GoodConfigTest, WhatStandsAroundThePolicyIsRead) {
  const Cluster cluster = LoadCluster(
      "endpoints: [{address: \"h:1\", weight: 3, priority: 1, zone: a, hash_key: k}], "
      "panic_threshold: 0, slow_start: {window: 30s, aggression: 2, min_weight: 0.5}, "
      "locality: {zone: a, min_endpoints_for_zone: 1, overprovisioning: 1}, subset_size: 7");
  EXPECT_EQ(cluster.endpoints[0].weight, 3U);
  EXPECT_EQ(cluster.endpoints[0].priority, 1U);
  EXPECT_EQ(cluster.endpoints[0].zone, "a");
  EXPECT_EQ(cluster.endpoints[0].hash_key, "k");
  EXPECT_EQ(cluster.balancing.panic_threshold, 0U);
  EXPECT_EQ(cluster.balancing.slow_start.window, 30s);
  EXPECT_EQ(cluster.balancing.slow_start.min_weight, 0.5);
  EXPECT_EQ(cluster.balancing.tiers.zone, "a");
  EXPECT_EQ(cluster.balancing.tiers.overprovisioning, 1);
  EXPECT_EQ(cluster.balancing.subset_size, 7U);
}

TEST(GoodConfigTest, ConnectionSettingsAreRead) {
  const Connection connection =
      LoadCluster(
          "endpoints: [\"h:1\"], connection: {connect_timeout: 5m, initial_backoff: 250ms, "
          "max_backoff: 250ms, backoff_multiplier: 2, backoff_jitter: 0, max_connections: 1}")
          .connection;
  EXPECT_EQ(connection.connect_timeout, 300s);
  EXPECT_EQ(connection.initial_backoff, 250ms);
  EXPECT_EQ(connection.max_backoff, 250ms);
  EXPECT_EQ(connection.backoff_multiplier, 2);
  EXPECT_EQ(connection.backoff_jitter, 0);
  EXPECT_EQ(connection.max_connections, 1U);
}

TEST(GoodConfigTest, LimitsOfBothSidesAreRead) {
  const Http2 listener =
      LoadListener(
          "address: \"h:0\", cluster: a, http2: {stream_window: 1KiB, connection_window: 64MiB, "
          "max_concurrent_streams: 1000000, max_header_list: 1024}")
          .http2;
  EXPECT_EQ(listener.stream_window, 1024U);
  EXPECT_EQ(listener.connection_window, 64U << 20);
  EXPECT_EQ(listener.max_concurrent_streams, 1'000'000U);
  EXPECT_EQ(listener.max_header_list, 1024U);
  const Cluster cluster = LoadCluster(
      "endpoints: [\"h:1\"], http2: {stream_window: 16MiB, connection_window: 64KiB, "
      "max_header_list: 1MiB}, max_pending_calls: 1");
  EXPECT_EQ(cluster.http2.stream_window, 16U << 20);
  EXPECT_EQ(cluster.http2.connection_window, 65536U);
  EXPECT_EQ(cluster.http2.max_header_list, 1U << 20);
  EXPECT_EQ(cluster.max_pending_calls, 1U);
}

TEST(GoodConfigTest, RoutesKeepTheirOrderAndAllTheyMatch) {
  const Listener listener = LoadListener(
      "address: \"h:0\", cluster: a, routes: [{match: {authority: \"A.example:80\", service: "
      "user.v1.UserService, method: GetUser, metadata: {x-env: canary, x-n: 1, x-empty: \"\"}}, "
      "cluster: b}, {match: {service: user.v1.UserService}, cluster: a}]");
  ASSERT_THAT(listener.routes, SizeIs(2));
  EXPECT_EQ(listener.routes[0].cluster, "b");
  const Match& match = listener.routes[0].match;
  EXPECT_EQ(match.authority, "A.example:80");
  EXPECT_EQ(match.service, "user.v1.UserService");
  EXPECT_EQ(match.method, "GetUser");
  ASSERT_THAT(match.metadata, SizeIs(3));
  EXPECT_EQ(match.metadata[0].name, "x-env");
  EXPECT_EQ(match.metadata[0].value, "canary");
  EXPECT_EQ(match.metadata[1].value, "1");
  EXPECT_EQ(match.metadata[2].value, "");
  EXPECT_EQ(listener.routes[1].match.method, "");
}

TEST(GoodConfigTest, MetadataValuesAreTakenAsWritten) {
  const Listener listener = LoadListener(
      "address: \"h:0\", routes: [{match: {metadata: {a: 1.10, b: yes, c: 0x10, d: 'null'}}, "
      "cluster: a}]");
  ASSERT_THAT(listener.routes, SizeIs(1));
  std::vector<std::string> values;
  for (const auto& each : listener.routes[0].match.metadata) values.push_back(each.value);
  EXPECT_THAT(values, ElementsAre("1.10", "yes", "0x10", "null"));
}

TEST(GoodConfigTest, TheLastRouteMayTakeEveryCall) {
  EXPECT_THAT(
      LoadListener("address: \"h:0\", routes: [{match: {service: x}, cluster: a}, {cluster: "
                   "b}]")
          .routes,
      SizeIs(2));
  EXPECT_THAT(LoadListener("address: \"h:0\", routes: [{match: {}, cluster: b}]").routes,
              SizeIs(1));
}

TEST(GoodConfigTest, NarrowRoutesMayStandBeforeWideOnes) {
  EXPECT_THAT(
      LoadListener("address: \"h:0\", routes: [{match: {service: x, method: y}, cluster: a}, "
                   "{match: {metadata: {k: v}}, cluster: a}, {match: {service: x}, cluster: "
                   "b}, {match: {service: x2}, cluster: b}]")
          .routes,
      SizeIs(4));
}

TEST(GoodConfigTest, RoutesAloneAreEnough) {
  EXPECT_EQ(LoadListener("address: \"h:0\", routes: [{cluster: b}]").cluster, "");
}

TEST(GoodConfigTest, SeveralListenersMayTakeAnyFreePort) {
  EXPECT_THAT(Load("clusters: {a: {endpoints: [\"h:1\"]}}\n"
                   "admin: {address: \"127.0.0.1:0\"}\n"
                   "listeners: [{address: \"127.0.0.1:0\", cluster: a},\n"
                   "            {address: \"127.0.0.1:0\", cluster: a}]\n")
                  .listeners,
              SizeIs(2));
}

TEST(GoodConfigTest, ClustersMayShareAnEndpoint) {
  EXPECT_THAT(LoadListener("address: \"h:0\", cluster: a").cluster, "a");
}

TEST(GoodConfigTest, AdminIsAMapOrOff) {
  const std::string rest =
      "clusters: {a: {endpoints: [\"h:1\"]}}\nlisteners: [{address: \"h:0\", cluster: a}]\n";
  EXPECT_EQ(Load("admin: off\n" + rest).admin.address, std::nullopt);
  EXPECT_EQ(Load("admin: \"off\"\n" + rest).admin.address, std::nullopt);
  EXPECT_EQ(Load("admin: {}\n" + rest).admin.address.value().port(), 9901);
  EXPECT_EQ(Load("admin: {address: \"0.0.0.0:1\"}\n" + rest).admin.address.value().ToString(),
            "0.0.0.0:1");
}

TEST(GoodConfigTest, AListenerMayHaveTheAdminAddressWhenAdminIsOff) {
  EXPECT_THAT(Load("admin: off\nclusters: {a: {endpoints: [\"h:1\"]}}\n"
                   "listeners: [{address: \"127.0.0.1:9901\", cluster: a}]\n")
                  .listeners,
              SizeIs(1));
}

TEST(GoodConfigTest, WorkersAreRead) {
  EXPECT_EQ(Load("workers: 256\nclusters: {a: {endpoints: [\"h:1\"]}}\n"
                 "listeners: [{address: \"h:0\", cluster: a}]\n")
                .workers,
            256U);
}

TEST(GoodConfigTest, AliasesStandForWhatTheyName) {
  const Config config = Load(
      "listeners: [{address: \"h:0\", cluster: a}]\n"
      "clusters:\n"
      "  a: {endpoints: [\"h:1\"], connection: &slow {connect_timeout: 3s}}\n"
      "  b: {endpoints: [\"h:2\"], connection: *slow}\n");
  ASSERT_THAT(config.clusters, SizeIs(2));
  EXPECT_EQ(config.clusters[1]->connection.connect_timeout, 3s);
}

TEST(GoodConfigTest, SpellingsOfYamlAreAllTheSame) {
  const Config config = Load(
      "%YAML 1.2\n"
      "---\n"
      "\"listeners\":\n"
      "- address: 'h:0'   # comment\n"
      "  ? cluster\n"
      "  : >-\n"
      "    a\n"
      "clusters: {\n"
      "\ta: {\"endpoints\": [h:1,],},\n"
      "}\n"
      "...\n");
  ASSERT_THAT(config.listeners, SizeIs(1));
  EXPECT_EQ(config.listeners[0]->cluster, "a");
}

// A file that says `value` of the key at `path`, "clusters.<name>.endpoints[].weight", and else
// only what that takes.
std::string FileThatSays(std::string path, const std::string& value) {
  std::string text = value;
  while (!path.empty()) {
    const size_t dot = path.rfind('.');
    std::string key = dot == std::string::npos ? path : path.substr(dot + 1);
    path.resize(dot == std::string::npos ? 0 : dot);
    if (key.ends_with("[]")) {
      key.resize(key.size() - 2);
      text = "[" + text + "]";
    }
    if (key == "<name>") key = "a";
    // Of the keys that only some health checks have, HTTP has those with a range.
    const std::string more = path.ends_with("health_check") ? "type: http, " : "";
    text = "{" + more + key + ": " + text + "}";
  }
  return text + "\n";
}

// "clusters.a.endpoints[0].weight"
std::string PathIn(std::string path) {
  const auto replace_all = [&path](const std::string& from, const std::string& to) {
    for (size_t at; (at = path.find(from)) != std::string::npos;) path.replace(at, from.size(), to);
  };
  replace_all("<name>", "a");
  replace_all("[]", "[0]");
  return path;
}

// "10ms", one less or more: "9ms".
std::string Beside(const std::string& quantity, int step) {
  size_t unit = 0;
  const double number = std::stod(quantity, &unit);
  std::ostringstream text;
  text << std::setprecision(15) << number + step << quantity.substr(unit);
  return text.str();
}

void ExpectOutOfRange(const KeyFacts& key, const std::string& value) {
  const auto result = LoadText(FileThatSays(key.path, value), "bad.yaml");
  ASSERT_FALSE(result) << key.path;
  const std::string wanted =
      "\"" + value + "\" is out of range; allowed is " + key.range + " at " + PathIn(key.path);
  std::vector<std::string> errors;
  for (const ConfigError& each : result.error()) {
    errors.push_back(each.reason + "; " + each.hint + " at " + each.key);
  }
  EXPECT_THAT(errors, ::testing::Contains(wanted)) << FileThatSays(key.path, value);
}

// The file's reader leaves it to Validate, which has a line for each: none may be forgotten.
TEST(ConfigRangeTest, EveryNumberOfAFileIsCheckedAtBothEnds) {
  size_t checked = 0;
  for (const KeyFacts& key : KnownKeys()) {
    const size_t to = key.range.find(" to ");
    const bool is_number = key.type == "whole number" || key.type == "number" ||
                           key.type == "size" || key.type == "duration";
    EXPECT_EQ(is_number, is_number && to != std::string::npos) << key.path << " has no range";
    if (!is_number) continue;
    ExpectOutOfRange(key, Beside(key.range.substr(to + 4), 1));
    const std::string least = key.range.substr(0, to);
    if (std::stod(least) > 0) ExpectOutOfRange(key, Beside(least, -1));
    ++checked;
  }
  EXPECT_GT(checked, 100U);
}

}  // namespace
}  // namespace evenkeel::config
