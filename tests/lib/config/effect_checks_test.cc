#include "lib/config/effect_checks.h"

#include <chrono>

#include "tests/lib/config/validate_fixture.h"

namespace evenkeel::config {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class EffectChecksTest : public ValidateTest {};

TEST_F(EffectChecksTest, WarnsOfTimesThatNeverCount) {
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

TEST_F(EffectChecksTest, WarnsOfSettingsWithoutTheOneTheyBelongTo) {
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

TEST_F(EffectChecksTest, WarnsOfRulesThatFitNoCall) {
  AccessRule rule;
  rule.name = "a";
  rule.identities = {"web"};
  rule.tokens = {"team-a"};
  TheListener().authorization.emplace().deny = {rule};
  AddRoute().authorization.emplace().allow = {rule};
  EXPECT_THAT(Warnings(),
              ElementsAre(HasSubstr("listeners[0].authorization.deny[0].identities: has no effect"),
                          HasSubstr("listeners[0].authorization.deny[0].tokens: has no effect"),
                          HasSubstr("routes[0].authorization.allow[0].identities: has no effect"),
                          HasSubstr("routes[0].authorization.allow[0].tokens: has no effect")));
  TheListener().authentication.emplace().bearer_tokens.emplace();
  TheListener().tls.emplace().client_ca.path = "ca.pem";
  EXPECT_THAT(Warnings(), IsEmpty());
}

TEST_F(EffectChecksTest, WarnsOfAGuardWithNothingToGuardOrToGuardBy) {
  TheListener().guard_health_service = true;
  EXPECT_THAT(Warnings(), ElementsAre(HasSubstr("there is no health_service")));
  TheListener().health_service = true;
  EXPECT_THAT(Warnings(), ElementsAre(HasSubstr("there is nothing that could guard it")));
  TheListener().authentication.emplace();
  EXPECT_THAT(Warnings(), IsEmpty());
}

TEST_F(EffectChecksTest, WarnsOfOpenPagesWhereAllAre) {
  config_.admin.open = {"/metrics"};
  EXPECT_THAT(Warnings(), ElementsAre("admin.open: has no effect: every page is open without a "
                                      "token_file"));
  config_.admin.token_file = "tokens";
  EXPECT_THAT(Warnings(), IsEmpty());
}

TEST_F(EffectChecksTest, WarnsOfForwardedCertificatesThatNobodyShows) {
  TheListener().forward_client_certificate.mode = ForwardClientCertificate::Mode::kSet;
  EXPECT_THAT(Warnings(), ElementsAre(HasSubstr("forward_client_certificate.mode: has no effect")));
  TheListener().tls.emplace();
  EXPECT_THAT(Warnings(), ElementsAre(HasSubstr("forward_client_certificate.mode: has no effect")));
  TheListener().tls->client_ca.path = "ca.pem";
  EXPECT_THAT(Warnings(), IsEmpty());
  TheListener().forward_client_certificate = {.trusted = {base::Network()}};
  EXPECT_THAT(Warnings(),
              ElementsAre(HasSubstr("forward_client_certificate.trusted: has no effect")));
}

TEST_F(EffectChecksTest, WarnsOfProxyHeadersOnAUnixSocket) {
  TheListener().proxy_protocol = ProxyProtocol{{base::Network()}};
  EXPECT_THAT(Warnings(), IsEmpty());
  TheListener().address = *base::Address::Parse("unix:/run/a.sock");
  EXPECT_THAT(Warnings(), ElementsAre(HasSubstr("listeners[0].proxy_protocol: has no effect")));
}

TEST_F(EffectChecksTest, WarnsOfLimitsThatAnotherIsReachedBefore) {
  Users().limits.max_calls = 10;
  Users().endpoint_limits.max_calls = 11;
  Users().endpoint_limits.max_pending_calls = 2000;
  Users().adaptive_concurrency = AdaptiveConcurrency{.min_calls = 10};
  EXPECT_THAT(Warnings(), ElementsAre(HasSubstr("limits.endpoint.max_calls: has no effect"),
                                      HasSubstr("limits.endpoint.max_pending_calls: has no effect"),
                                      HasSubstr("adaptive_concurrency.min_calls: has no effect")));
}

TEST_F(EffectChecksTest, WarnsOfClustersWithoutCalls) {
  AddCluster("spare");
  EXPECT_THAT(Warnings(), ElementsAre("clusters.spare: has no effect: no listener and no route "
                                      "sends calls here"));
}

}  // namespace
}  // namespace evenkeel::config
