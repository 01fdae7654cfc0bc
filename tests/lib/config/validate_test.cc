#include "lib/config/validate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

namespace evenkeel::config {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// A good configuration, made without YAML, to be broken in one place.
class ValidateTest : public ::testing::Test {
 protected:
  ValidateTest() {
    AddCluster("users");
    AddListener("127.0.0.1:50051").cluster = "users";
  }

  Cluster& AddCluster(const std::string& name) {
    Cluster& cluster = config_.clusters.emplace_back().Edit();
    cluster.name = name;
    cluster.endpoints.emplace_back().address = *base::Address::Parse("10.0.0.1:1");
    return cluster;
  }
  Listener& AddListener(const std::string& address) {
    Listener& listener = config_.listeners.emplace_back().Edit();
    listener.address = *base::Address::Parse(address);
    listener.cluster = "users";
    return listener;
  }
  Route& AddRoute() {
    Route& route = TheListener().routes.emplace_back();
    route.cluster = "users";
    return route;
  }
  Cluster& Users() { return config_.clusters[0].Edit(); }
  Listener& TheListener() { return config_.listeners[0].Edit(); }

  std::vector<std::string> Lines(Problem::Kind kind) const {
    std::vector<std::string> lines;
    for (const Problem& each : Validate(config_)) {
      if (each.kind != kind) continue;
      lines.push_back(each.path.ToString() + ": " + each.reason);
    }
    return lines;
  }
  std::vector<std::string> Errors() const { return Lines(Problem::Kind::kError); }
  std::vector<std::string> Warnings() const { return Lines(Problem::Kind::kWarning); }

  Config config_;
};

TEST_F(ValidateTest, FindsNothingInAGoodOne) { EXPECT_THAT(Validate(config_), IsEmpty()); }

TEST_F(ValidateTest, FindsClustersThatAreNotThere) {
  TheListener().cluster = "usres";
  Route& route = AddRoute();
  route.match.authority = "a";
  route.traffic.mirror = Mirror{.cluster = "copies"};
  Route& split = AddRoute();
  split.cluster.clear();
  split.traffic.split = {{"users", 1}, {"canary", 1}};
  EXPECT_THAT(Errors(),
              ElementsAre("listeners[0].cluster: unknown cluster \"usres\"",
                          "listeners[0].routes[0].mirror.cluster: unknown cluster \"copies\"",
                          "listeners[0].routes[1].split.canary: unknown cluster \"canary\""));
  EXPECT_EQ(Validate(config_)[0].hint, "did you mean \"users\"?");
}

TEST_F(ValidateTest, FindsCallsWithNowhereToGo) {
  TheListener().cluster.clear();
  EXPECT_THAT(Errors(), ElementsAre("listeners[0]: its calls have nowhere to go"));
}

TEST_F(ValidateTest, FindsRoutesThatExcludeThemselves) {
  Route& route = AddRoute();
  route.match.method = "GetUser";
  route.traffic.split = {{"users", 0}};
  route.calls.retry.emplace();
  route.calls.hedging.emplace();
  route.traffic.fault.emplace();
  EXPECT_THAT(Errors(),
              ElementsAre("listeners[0].routes[0].match.method: a method needs its service",
                          "listeners[0].routes[0]: has both cluster and split",
                          "listeners[0].routes[0].split: gives no cluster a weight",
                          "listeners[0].routes[0].hedging: a call is either tried again or "
                          "hedged, not both",
                          "listeners[0].routes[0].fault: does nothing"));
}

TEST_F(ValidateTest, FindsRoutesThatNoCallReaches) {
  AddRoute().match.service = "a.B";
  AddRoute().match.service = "grpc.health.v1.Health";
  Route& narrow = AddRoute();
  narrow.match.service = "a.B";
  narrow.match.method = "C";
  TheListener().health_service = true;
  EXPECT_THAT(Errors(),
              ElementsAre("listeners[0].routes[2]: no call gets here: listeners[0].routes[0] "
                          "takes them all",
                          "listeners[0].routes[1]: no call gets here: health_service answers "
                          "them all"));
}

TEST_F(ValidateTest, FindsLimitsInTheWrongOrder) {
  Users().connection.max_backoff = 50ms;
  Users().dns.max_ttl = 500ms;
  Users().policy = RingHash{.min_ring_size = 9, .max_ring_size = 8};
  Users().adaptive_concurrency = AdaptiveConcurrency{.min_calls = 9, .max_calls = 8};
  Retry& retry = AddRoute().calls.retry.emplace();
  retry.initial_backoff = 2s;
  retry.max_backoff = 1s;
  EXPECT_THAT(
      Errors(),
      ElementsAre("clusters.users.connection: max_backoff, 50ms, is less than initial_backoff, "
                  "100ms",
                  "clusters.users.dns: max_ttl, 500ms, is less than min_ttl, 1s",
                  "clusters.users.policy.ring_hash: max_ring_size, 8, is less than "
                  "min_ring_size, 9",
                  "clusters.users.adaptive_concurrency: max_calls, 8, is less than min_calls, 9",
                  "listeners[0].routes[0].retry: max_backoff, 1s, is less than initial_backoff, "
                  "2s"));
}

TEST_F(ValidateTest, FindsValuesBetweenNoneAndTheLeast) {
  Users().policy = WeightedRoundRobin{.oob_reporting_period = 500ms};
  TheListener().lifetime.max_idle = 1ms;
  AddCluster("maglev").policy = Maglev{.table_size = 100, .max_load_factor = 0.5};
  config_.memory_limit = 1024;
  EXPECT_THAT(Errors(),
              ElementsAre("memory_limit: 1KiB is less than an idle sidecar needs",
                          "clusters.users.policy.weighted_round_robin.oob_reporting_period: is "
                          "shorter than 1s",
                          "clusters.maglev.policy.maglev.table_size: is not a prime number",
                          "clusters.maglev.policy.maglev.max_load_factor: leaves no room above "
                          "the average",
                          "listeners[0].max_connection_idle: is shorter than 1s"));
}

TEST_F(ValidateTest, TakesNoLimitOfMemory) {
  config_.memory_limit = 0;
  EXPECT_THAT(Errors(), IsEmpty());
}

TEST_F(ValidateTest, FindsAddressesThatStandTwice) {
  Users().endpoints.push_back(Users().endpoints[0]);
  AddListener("127.0.0.1:9901");
  AddListener("127.0.0.1:50051");
  EXPECT_THAT(Errors(),
              ElementsAre("clusters.users.endpoints[1].address: the address \"10.0.0.1:1\" is that "
                          "of clusters.users.endpoints[0].address too",
                          "listeners[1].address: the address \"127.0.0.1:9901\" is that of "
                          "admin.address too",
                          "listeners[2].address: the address \"127.0.0.1:50051\" is that of "
                          "listeners[0].address too"));
}

TEST_F(ValidateTest, FindsEndpointsThatAFileListsTwice) {
  Users().endpoints.push_back(Users().endpoints[0]);
  const auto problems = ValidateEndpoints(Users().endpoints);
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(problems[0].path.ToString(), "endpoints[1].address");
}

// What a second listener's address is beside the first one's.
class ListenTogetherTest : public ValidateTest {
 protected:
  std::string Beside(const std::string& first, const std::string& second) {
    config_.listeners.clear();
    AddListener(first);
    AddListener(second);
    const auto errors = Errors();
    return errors.empty() ? "fine" : errors[0];
  }
};

TEST_F(ListenTogetherTest, AWildcardTakesItsPortOnEveryAddressOfItsFamily) {
  EXPECT_EQ(Beside("0.0.0.0:80", "10.0.0.1:80"),
            "listeners[1].address: \"10.0.0.1:80\" cannot be listened on beside \"0.0.0.0:80\" of "
            "listeners[0].address");
  EXPECT_THAT(Beside("10.0.0.1:80", "0.0.0.0:80"), HasSubstr("cannot be listened on beside"));
  EXPECT_THAT(Beside("[::]:80", "[::1]:80"), HasSubstr("cannot be listened on beside"));
  EXPECT_THAT(Beside("proxy.example:80", "0.0.0.0:80"), HasSubstr("cannot be listened on beside"));
  EXPECT_EQ(Beside("0.0.0.0:80", "10.0.0.1:81"), "fine");
  EXPECT_EQ(Beside("0.0.0.0:0", "10.0.0.1:0"), "fine");
  EXPECT_EQ(Beside("10.0.0.1:80", "10.0.0.2:80"), "fine");
}

// Sockets of [::] are IPv6 only.
TEST_F(ListenTogetherTest, BothWildcardsStandTogether) {
  EXPECT_EQ(Beside("[::]:80", "0.0.0.0:80"), "fine");
  EXPECT_EQ(Beside("[::]:80", "10.0.0.1:80"), "fine");
}

TEST_F(ListenTogetherTest, LocalhostMayBeEitherLoopbackAddress) {
  EXPECT_THAT(Beside("localhost:80", "127.0.0.1:80"), HasSubstr("cannot be listened on beside"));
  EXPECT_THAT(Beside("[::1]:80", "localhost:80"), HasSubstr("cannot be listened on beside"));
  EXPECT_THAT(Beside("localhost:80", "LOCALHOST.:80"), HasSubstr("is that of"));
  EXPECT_THAT(Beside("localhost:80", "0.0.0.0:80"), HasSubstr("cannot be listened on beside"));
  EXPECT_EQ(Beside("localhost:80", "10.0.0.1:80"), "fine");
}

TEST_F(ListenTogetherTest, TheAdminAddressCountsToo) {
  config_.admin.address = *base::Address::Parse("127.0.0.1:9901");
  EXPECT_THAT(Beside("0.0.0.0:9901", "unix:/run/a.sock"),
              HasSubstr("beside \"127.0.0.1:9901\" of admin.address"));
}

TEST_F(ValidateTest, WarnsOfTimesThatNeverCount) {
  Route& route = AddRoute();
  route.calls.timeout = 1s;
  route.calls.idle_timeout = 5s;
  route.calls.max_stream_duration = 3s;
  Retry& retry = route.calls.retry.emplace();
  retry.initial_backoff = 2s;
  retry.max_backoff = 2s;
  retry.per_try_timeout = 2s;
  EXPECT_THAT(
      Warnings(),
      ElementsAre("listeners[0].routes[0].idle_timeout: has no effect: timeout ends the call first",
                  "listeners[0].routes[0].retry.per_try_timeout: has no effect: timeout ends the "
                  "call first",
                  "listeners[0].routes[0].retry.initial_backoff: has no effect: timeout ends the "
                  "call before another attempt"));
  EXPECT_THAT(Errors(), IsEmpty());
}

TEST_F(ValidateTest, WarnsOfSettingsWithoutTheOneTheyBelongTo) {
  AddRoute().traffic.rate_limit.emplace().max_keys = 5;
  TheListener().lifetime.max_age_grace = 5s;
  Users().balancing.slow_start.aggression = 2;
  Users().balancing.tiers.min_endpoints_for_zone = 2;
  Users().balancing.subset_size = 1;
  Users().outlier_detection->max_ejection_time = 1s;
  EXPECT_THAT(Warnings(),
              ElementsAre("clusters.users.slow_start: has no effect: there is no window, so slow "
                          "start is off",
                          "clusters.users.locality.min_endpoints_for_zone: has no effect: there is "
                          "no zone, so zones do not count",
                          "clusters.users.subset_size: has no effect: the cluster has no more "
                          "endpoints than that",
                          "clusters.users.outlier_detection.max_ejection_time: has no effect: "
                          "base_ejection_time is longer and counts",
                          "listeners[0].max_connection_age_grace: has no effect: connections have "
                          "no max_connection_age",
                          "listeners[0].routes[0].rate_limit.max_keys: has no effect: there is no "
                          "key, so all calls share one limit"));
}

TEST_F(ValidateTest, WarnsOfLimitsThatAnotherIsReachedBefore) {
  Users().limits.max_calls = 10;
  Users().endpoint_limits.max_calls = 11;
  Users().endpoint_limits.max_pending_calls = 2000;
  Users().adaptive_concurrency = AdaptiveConcurrency{.min_calls = 10};
  EXPECT_THAT(Warnings(), ElementsAre(HasSubstr("limits.endpoint.max_calls: has no effect"),
                                      HasSubstr("limits.endpoint.max_pending_calls: has no effect"),
                                      HasSubstr("adaptive_concurrency.min_calls: has no effect")));
}

TEST_F(ValidateTest, WarnsOfClustersWithoutCalls) {
  AddCluster("spare");
  EXPECT_THAT(Warnings(), ElementsAre("clusters.spare: has no effect: no listener and no route "
                                      "sends calls here"));
}

}  // namespace
}  // namespace evenkeel::config
