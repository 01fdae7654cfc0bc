#include "proxy/route/call_rules.h"

#include <gtest/gtest.h>

namespace evenkeel::proxy {
namespace {

using namespace std::chrono_literals;

TEST(CallRulesTest, WithoutRetryAndHedgingNothingRepeats) {
  EXPECT_FALSE(CallRules(config::CallPolicy{}).repeats());
}

TEST(CallRulesTest, RetriesHaveTheirStatusesAsASet) {
  config::CallPolicy policy;
  policy.retry.emplace().codes = {"ABORTED", "UNAVAILABLE"};
  policy.retry->attempts = 4;
  const CallRules rules(policy);
  EXPECT_TRUE(rules.repeats());
  EXPECT_EQ(rules.retry->max_attempts, 4);
  EXPECT_EQ(rules.retry->codes, rpc::StatusSetOf({"ABORTED", "UNAVAILABLE"}));
}

TEST(CallRulesTest, HedgingHasAFixedDelayOrAMeasuredOne) {
  config::CallPolicy policy;
  policy.hedging.emplace().delay = base::Duration(5ms);
  const CallRules rules(policy);
  EXPECT_TRUE(rules.repeats());
  EXPECT_EQ(std::get<base::Duration>(rules.hedging->delay), 5ms);
}

TEST(CallRulesTest, KeepsTheLimitsAsTheyAre) {
  config::CallPolicy policy;
  policy.timeout = 1s;
  policy.idle_timeout = 2s;
  policy.max_stream_duration = 3s;
  policy.max_request_message = 4;
  policy.wait_for_ready = true;
  const CallRules rules(policy);
  EXPECT_EQ(rules.timeout, 1s);
  EXPECT_EQ(rules.idle_timeout, 2s);
  EXPECT_EQ(rules.max_stream_duration, 3s);
  EXPECT_EQ(rules.max_request_message, 4u);
  EXPECT_TRUE(rules.wait_for_ready);
}

}  // namespace
}  // namespace evenkeel::proxy
