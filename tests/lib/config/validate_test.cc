#include "lib/config/validate.h"

#include <chrono>

#include "tests/lib/config/validate_fixture.h"

namespace evenkeel::config {
namespace {

using namespace std::chrono_literals;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;
using ::testing::UnorderedElementsAre;

TEST_F(ValidateTest, FindsNothingInAGoodOne) { EXPECT_THAT(Validate(config_), IsEmpty()); }

TEST_F(ValidateTest, FindsLimitsInTheWrongOrder) {
  Users().connection.max_backoff = 50ms;
  Users().dns.min_ttl = 3s;
  Users().dns.max_ttl = 2s;
  Users().policy = RingHash{.min_ring_size = 9, .max_ring_size = 8};
  Users().adaptive_concurrency = AdaptiveConcurrency{.min_calls = 9, .max_calls = 8};
  Retry& retry = AddRoute().calls.retry.emplace();
  retry.initial_backoff = 2s;
  retry.max_backoff = 1s;
  EXPECT_THAT(
      Errors(),
      ElementsAre("clusters.users.connection: max_backoff, 50ms, is less than initial_backoff, "
                  "100ms",
                  "clusters.users.dns: max_ttl, 2s, is less than min_ttl, 3s",
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

TEST_F(ValidateTest, ANumberOutOfRangeIsNotHeldAgainstOthersToo) {
  Users().connection.initial_backoff = 0ms;
  Users().connection.max_backoff = -1ms;
  EXPECT_THAT(Errors(),
              ElementsAre(StartsWith("clusters.users.connection.initial_backoff: \"0s\" is out"),
                          StartsWith("clusters.users.connection.max_backoff: \"-1ms\" is out")));
}

TEST_F(ValidateTest, ANumberOutOfRangeHidesNothingElseOfItsMapNorOfThoseAround) {
  Listener& listener = TheListener();
  listener.cluster.clear();
  listener.http2.max_concurrent_streams = 0;
  Users().connection.initial_backoff = 0ms;
  Users().dns.min_ttl = 3s;
  Users().dns.max_ttl = 2s;
  AddCluster("idle").max_pending_calls = 0;
  EXPECT_THAT(Errors(), UnorderedElementsAre(
                            HasSubstr("http2.max_concurrent_streams: \"0\" is out of range"),
                            HasSubstr("connection.initial_backoff: \"0s\" is out of range"),
                            HasSubstr("clusters.idle.max_pending_calls: \"0\" is out of range"),
                            HasSubstr("clusters.users.dns: max_ttl, 2s, is less than"),
                            "listeners[0]: its calls have nowhere to go"));
  EXPECT_THAT(Warnings(), Contains(StartsWith("clusters.idle: has no effect")));
}

TEST_F(ValidateTest, TakesNoLimitOfMemory) {
  config_.memory_limit = 0;
  EXPECT_THAT(Errors(), IsEmpty());
}

}  // namespace
}  // namespace evenkeel::config
