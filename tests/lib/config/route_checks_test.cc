#include "lib/config/route_checks.h"

#include "tests/lib/config/validate_fixture.h"

namespace evenkeel::config {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::UnorderedElementsAre;

class RouteChecksTest : public ValidateTest {};

TEST_F(RouteChecksTest, FindsClustersThatAreNotThere) {
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

TEST_F(RouteChecksTest, FindsAnIssuerThatStandsTwice) {
  auto& issuers = TheListener().authentication.emplace().jwt;
  issuers.resize(3);
  issuers[0].issuer = issuers[2].issuer = "a";
  issuers[1].issuer = "b";
  EXPECT_THAT(Errors(),
              ElementsAre("listeners[0].authentication.jwt[2].issuer: the issuer \"a\" is "
                          "that of listeners[0].authentication.jwt[0], too"));
}

TEST_F(RouteChecksTest, FindsRulesOfOneName) {
  Authorization& rules = TheListener().authorization.emplace();
  rules.deny.emplace_back().name = "a";
  rules.allow.emplace_back().name = "b";
  rules.allow.emplace_back().name = "a";
  AddRoute().authorization = rules;
  EXPECT_THAT(Errors(),
              UnorderedElementsAre("listeners[0].authorization.allow[1].name: the name \"a\" is "
                                   "that of listeners[0].authorization.deny[0], too",
                                   "listeners[0].routes[0].authorization.allow[1].name: the name "
                                   "\"a\" is that of listeners[0].routes[0].authorization.deny[0], "
                                   "too"));
}

TEST_F(RouteChecksTest, FindsCallsWithNowhereToGo) {
  TheListener().cluster.clear();
  EXPECT_THAT(Errors(), ElementsAre("listeners[0]: its calls have nowhere to go"));
}

TEST_F(RouteChecksTest, FindsRoutesThatExcludeThemselves) {
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

TEST_F(RouteChecksTest, FindsTheFirstOfTheRoutesThatTakeAllItsCalls) {
  AddRoute().match = {"a", "", "", {}};
  AddRoute().match = {"", "s.S", "M", {}};
  AddRoute().match = {"", "s.S", "", {}};
  AddRoute().match = {"A", "s.S", "M", {}};
  AddRoute().match = {"", "s.S", "N", {}};
  EXPECT_THAT(Errors(), ElementsAre(EndsWith("listeners[0].routes[0] takes them all"),
                                    EndsWith("listeners[0].routes[2] takes them all")));
}

TEST_F(RouteChecksTest, FindsRoutesThatNoCallReaches) {
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

}  // namespace
}  // namespace evenkeel::config
