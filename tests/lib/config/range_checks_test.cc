// Config structs that no reader made. That each key of a file is checked: config_reader_test.cc.
#include "lib/config/range_checks.h"

#include <chrono>
#include <cmath>

#include "tests/lib/config/validate_fixture.h"

namespace evenkeel::config {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class RangeChecksTest : public ValidateTest {};

TEST_F(RangeChecksTest, NameTheKeyAndTheValue) {
  config_.workers = 257;
  Users().endpoints[0].weight = 0;
  Users().policy = Prequal{.rif_quantile = std::nan("")};
  AddRoute().calls.max_stream_duration = 1ms;
  EXPECT_THAT(Errors(),
              ElementsAre("workers: \"257\" is out of range",
                          "clusters.users.endpoints[0].weight: \"0\" is out of range",
                          "clusters.users.policy.prequal.rif_quantile: \"nan\" is out of range",
                          "listeners[0].routes[0].max_stream_duration: \"1ms\" is out of range"));
}

TEST_F(RangeChecksTest, SayWhatIsAllowed) {
  Users().connection.connect_timeout = 9ms;
  const std::vector<Problem> problems = Validate(config_);
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(problems[0].hint, "allowed is 10ms to 5m");
  EXPECT_EQ(problems[0].value, "9ms");
}

TEST_F(RangeChecksTest, HedgesWaitForATimeOrAShare) {
  Hedging& hedging = AddRoute().calls.hedging.emplace();
  hedging.delay = Hedging::Percentile{.percent = 49};
  EXPECT_THAT(Errors(),
              ElementsAre("listeners[0].routes[0].hedging.delay: \"49\" is out of range"));
  hedging.delay = base::Duration(2h);
  EXPECT_THAT(Errors(),
              ElementsAre("listeners[0].routes[0].hedging.delay: \"2h\" is out of range"));
}

TEST_F(RangeChecksTest, NothingElseIsSaidOfWhatHasSuchANumber) {
  Users().connection.initial_backoff = 10min;  // longer than max_backoff, too
  Users().policy = Maglev{.table_size = 1};    // no prime number, too
  EXPECT_THAT(Errors(),
              ElementsAre("clusters.users.policy.maglev.table_size: \"1\" is out of range",
                          "clusters.users.connection.initial_backoff: \"10m\" is out of range"));
}

TEST_F(RangeChecksTest, WhatAServiceConfigSaysHasItsOwnRules) {
  Users().retry_throttling->token_ratio = 5000;
  EXPECT_THAT(Errors(),
              ElementsAre("clusters.users.retry_throttling.token_ratio: \"5000\" is out of range"));
  Users().service_config.emplace().sets_retry_throttling = true;
  EXPECT_THAT(Errors(), IsEmpty());
}

TEST_F(RangeChecksTest, OfAFileOfEndpointsStandBelowTheirList) {
  std::vector<Endpoint> endpoints(2);
  endpoints[0].address = *base::Address::Parse("10.0.0.1:1");
  endpoints[1].address = *base::Address::Parse("10.0.0.2:1");
  endpoints[1].priority = 128;
  const std::vector<Problem> problems = ValidateEndpoints(endpoints);
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(problems[0].path.ToString(), "endpoints[1].priority");
}

}  // namespace
}  // namespace evenkeel::config
