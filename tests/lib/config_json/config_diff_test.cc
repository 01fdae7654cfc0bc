#include "lib/config_json/config_diff.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace evenkeel::admin {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class ConfigDiffTest : public ::testing::Test {
 protected:
  ConfigDiffTest() {
    before_.listeners.emplace_back().Edit().address = *base::Address::Parse("127.0.0.1:1");
    before_.listeners[0].Edit().cluster = "users";
    before_.clusters.push_back(MakeCluster("users"));
    after_ = before_;
  }

  static config::Cluster MakeCluster(const std::string& name) {
    config::Cluster cluster;
    cluster.name = name;
    for (const char* each : {"127.0.0.1:2", "127.0.0.1:3"}) {
      cluster.endpoints.emplace_back().address = *base::Address::Parse(each);
    }
    return cluster;
  }
  config::Cluster& Users() { return after_.clusters[0].Edit(); }
  std::vector<std::string> Lines() const {
    std::vector<std::string> lines;
    for (const ConfigChange& each : Diff(before_, after_)) lines.push_back(ToLine(each));
    return lines;
  }

  config::Config before_;
  config::Config after_;
};

TEST_F(ConfigDiffTest, OfTheSameIsNothing) { EXPECT_THAT(Lines(), IsEmpty()); }

TEST_F(ConfigDiffTest, SaysOfAFileThatHasChangedNothingButThat) {
  config::ListenerTls tls{.pair = {{"/a.pem", "one"}, {"/k.pem", "two"}}};
  before_.listeners[0].Edit().tls = tls;
  tls.pair = {{"/a.pem", "three"}, {"/k.pem", "four"}};
  after_.listeners[0].Edit().tls = tls;
  const std::string effect = " has changed (for connections from now on)";
  EXPECT_THAT(Lines(), ElementsAre("listeners[127.0.0.1:1].tls.certificate: /a.pem" + effect,
                                   "listeners[127.0.0.1:1].tls.key: /k.pem" + effect));
}

TEST_F(ConfigDiffTest, TlsOfAClusterReplacesItsConnections) {
  Users().tls.emplace();
  EXPECT_THAT(Lines(),
              ElementsAre("clusters.users.tls: new (the cluster's connections are replaced "
                          "one by one)"));
}

TEST_F(ConfigDiffTest, NamesEachKeyWithBothValues) {
  Users().balancing.panic_threshold = 10;
  Users().max_pending_calls = 7;
  EXPECT_THAT(
      Lines(),
      ElementsAre("clusters.users.panic_threshold: 50 → 10 (at once, connections stay)",
                  "clusters.users.max_pending_calls: 1024 → 7 (at once, connections stay)"));
}

TEST_F(ConfigDiffTest, SaysWhatIsConnectedAnew) {
  Users().http2.stream_window = 32 * 1024;
  EXPECT_THAT(Lines(), ElementsAre("clusters.users.http2.stream_window: 64KiB → 32KiB (the "
                                   "cluster's connections are replaced one by one)"));
}

TEST_F(ConfigDiffTest, KnowsEndpointsByTheirAddress) {
  Users().endpoints.erase(Users().endpoints.begin());
  Users().endpoints[0].weight = 5;
  Users().endpoints.emplace_back().address = *base::Address::Parse("127.0.0.1:4");
  EXPECT_THAT(Lines(),
              ElementsAre("clusters.users.endpoints[127.0.0.1:3].weight: 1 → 5 (at once, "
                          "connections stay)",
                          "clusters.users.endpoints[127.0.0.1:4]: new (it is connected to)",
                          "clusters.users.endpoints[127.0.0.1:2]: removed (no new calls; its "
                          "connections close when the last call has ended)"));
}

TEST_F(ConfigDiffTest, KnowsClustersByNameAndListenersByAddress) {
  after_.clusters = {MakeCluster("orders")};
  after_.listeners[0].Edit().cluster = "orders";
  after_.listeners.push_back(after_.listeners[0]);
  after_.listeners[1].Edit().address = *base::Address::Parse("127.0.0.1:9");
  EXPECT_THAT(Lines(),
              ElementsAre("listeners[127.0.0.1:1].cluster: users → orders (for calls from now on)",
                          "listeners[127.0.0.1:9]: new (it is listened on)",
                          "clusters.orders: new (it is connected to)",
                          "clusters.users: removed (no new calls; its connections close when the "
                          "last call has ended)"));
}

TEST_F(ConfigDiffTest, SaysWhatWaitsForARestart) {
  after_.workers = 3;
  after_.admin.address.reset();
  EXPECT_THAT(Lines(), ElementsAre("admin: {\"address\":\"127.0.0.1:9901\"} → off (only at the "
                                   "next start)",
                                   "workers: new: 3 (only at the next start)"));
}

// A listener with a route that splits the calls of one method.
config::Route SplitRoute(const std::string& method, uint32_t weight) {
  config::Route route;
  route.match.service = "users.v1.UserService";
  route.match.method = method;
  route.traffic.split = {{"users", 100 - weight}, {"canary", weight}};
  return route;
}

TEST_F(ConfigDiffTest, ShowsOneLineForOneChangedWeight) {
  before_.listeners[0].Edit().routes = {SplitRoute("GetUser", 10), SplitRoute("ListUsers", 10)};
  after_.listeners[0].Edit().routes = before_.listeners[0].Edit().routes;
  after_.listeners[0].Edit().routes[1].traffic.split[1].weight = 20;
  EXPECT_THAT(Lines(),
              ElementsAre("listeners[127.0.0.1:1].routes[users.v1.UserService/ListUsers].split."
                          "canary: 10 → 20 (for calls from now on)"));
}

TEST_F(ConfigDiffTest, KnowsRoutesByWhatTheyMatch) {
  config::Route any;
  any.cluster = "users";
  before_.listeners[0].Edit().routes = {SplitRoute("GetUser", 10), SplitRoute("ListUsers", 10),
                                        any};
  after_.listeners[0].Edit().routes = {SplitRoute("ListUsers", 10), SplitRoute("GetUser", 10), any};
  after_.listeners[0].Edit().routes[2].match.authority = "users.example";
  EXPECT_THAT(
      Lines(),
      ElementsAre("listeners[127.0.0.1:1].routes[users.example]: new (for calls from now on)",
                  "listeners[127.0.0.1:1].routes[*]: removed (for calls from now on)",
                  "listeners[127.0.0.1:1].routes (order): users.v1.UserService/GetUser, "
                  "users.v1.UserService/ListUsers → users.v1.UserService/ListUsers, "
                  "users.v1.UserService/GetUser (for calls from now on)"));
}

TEST_F(ConfigDiffTest, KnowsRulesByTheirNames) {
  config::Authorization& rules = before_.listeners[0].Edit().authorization.emplace();
  rules.allow.resize(2);
  rules.allow[0].name = "readers";
  rules.allow[0].methods = {"*/GetUser"};
  rules.allow[1].name = "admins";
  after_ = before_;
  after_.listeners[0].Edit().authorization->allow[0].methods = {"*/Get*"};
  EXPECT_THAT(Lines(), ElementsAre("listeners[127.0.0.1:1].authorization.allow[readers].methods: "
                                   "[\"*/GetUser\"] → [\"*/Get*\"] (for calls from now on)"));
}

TEST_F(ConfigDiffTest, SaysWhoseTokensChangeAndNotHow) {
  auto& tokens = before_.listeners[0].Edit().authentication.emplace().bearer_tokens.emplace();
  tokens.tokens = {{"team-a", {}}, {"team-b", {}}};
  after_ = before_;
  auto& next = after_.listeners[0].Edit().authentication->bearer_tokens->tokens;
  next[1].sha256[5] = 7;
  next.push_back({"team-c", {}});
  EXPECT_THAT(Lines(), ElementsAre("listeners[127.0.0.1:1].tokens.team-b: *** → *** (for calls "
                                   "from now on)",
                                   "listeners[127.0.0.1:1].tokens.team-c: new: *** (for calls from "
                                   "now on)"));
}

TEST_F(ConfigDiffTest, LooksIntoServiceConfigs) {
  config::ServiceConfig& file = before_.clusters[0].Edit().service_config.emplace();
  file.path = "users.json";
  file.sets_policy = true;
  file.methods.emplace_back().names = {{"users.v1.UserService", "GetUser"}};
  file.methods[0].calls.timeout = std::chrono::seconds(1);
  after_ = before_;
  Users().service_config->methods[0].calls.timeout = std::chrono::milliseconds(1500);
  Users().policy = config::RoundRobin{};
  EXPECT_THAT(
      Lines(),
      ElementsAre("clusters.users.service_config.policy.round_robin: new (at once, connections "
                  "stay)",
                  "clusters.users.service_config.policy.least_request: removed (at once, "
                  "connections stay)",
                  "clusters.users.service_config.methods.users.v1.UserService/GetUser.timeout: "
                  "1s → 1500ms (at once, connections stay)"));
}

TEST_F(ConfigDiffTest, SaysThatASecretChangesAndNotHow) {
  before_.listeners[0].Edit().routes.emplace_back().traffic.request_headers.set = {
      {"authorization", "Bearer one"}};
  after_.listeners[0].Edit().routes = before_.listeners[0].Edit().routes;
  after_.listeners[0].Edit().routes[0].traffic.request_headers.set[0].value = "Bearer two";
  EXPECT_THAT(Lines(),
              ElementsAre("listeners[127.0.0.1:1].routes[*].request_headers.set.authorization: "
                          "*** → *** (for calls from now on)"));
}

}  // namespace
}  // namespace evenkeel::admin
