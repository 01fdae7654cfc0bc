#include "lib/yaml/call_policy_reader.h"

#include <gmock/gmock.h>

#include "tests/lib/yaml/read_key.h"

namespace evenkeel::config {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

CallPolicy Good(std::string_view text) {
  CallPolicy policy;
  EXPECT_EQ(Read(Group{ReadCallPolicy}, text, policy), "");
  return policy;
}
std::string Bad(std::string_view text) {
  CallPolicy policy;
  return Read(Group{ReadCallPolicy}, text, policy);
}

TEST(CallPolicyReaderTest, ReadsEachKey) {
  const CallPolicy policy = Good(
      "{timeout: 1s, max_stream_duration: 2h, idle_timeout: 5m, wait_for_ready: true, "
      "max_request_message_bytes: 1KiB, max_response_message_bytes: 0}");
  EXPECT_EQ(policy.timeout, 1s);
  EXPECT_EQ(policy.max_stream_duration, 2h);
  EXPECT_EQ(policy.idle_timeout, 5min);
  EXPECT_EQ(policy.wait_for_ready, true);
  EXPECT_EQ(policy.max_request_message, 1024u);
  EXPECT_EQ(policy.max_response_message, 0u);
  EXPECT_EQ(Good("{}"), CallPolicy());
}

TEST(CallPolicyReaderTest, RetriesAreAMapOrOff) {
  EXPECT_EQ(Good("{retry: {}}").retry, Retry());
  EXPECT_FALSE(Good("{retry: off}").retry);
  const Retry retry = *Good(
                           "{retry: {attempts: 5, codes: [ABORTED, INTERNAL], "
                           "initial_backoff: 1ms, max_backoff: 1h, backoff_multiplier: 1.5, "
                           "per_try_timeout: 2s}}")
                           .retry;
  const Retry expected{.attempts = 5,
                       .codes = {"ABORTED", "INTERNAL"},
                       .initial_backoff = 1ms,
                       .max_backoff = 1h,
                       .backoff_multiplier = 1.5,
                       .per_try_timeout = 2s};
  EXPECT_EQ(retry, expected);
}

TEST(CallPolicyReaderTest, AHedgesDelayIsATimeOrAPercentile) {
  EXPECT_EQ(Good("{hedging: {}}").hedging, Hedging());
  for (const auto& [text, delay] : std::vector<std::pair<std::string, decltype(Hedging::delay)>>{
           {"0s", base::Duration::zero()},
           {"1h", 1h},
           {"p50", Hedging::Percentile{50}},
           {"p99", Hedging::Percentile{99}}}) {
    EXPECT_EQ(Good("{hedging: {delay: " + text + "}}").hedging->delay, delay) << text;
  }
  for (const char* text : {"p49", "p100", "p", "p9x", "95", "[p95]"}) {
    EXPECT_THAT(Bad("{hedging: {delay: " + std::string(text) + "}}"), HasSubstr("hedging.delay"))
        << text;
  }
}

TEST(CallPolicyReaderTest, CodesAreThoseThatACallCanFailWith) {
  EXPECT_THAT(Good("{hedging: {non_fatal_codes: [ABORTED]}}").hedging->non_fatal_codes,
              ElementsAre("ABORTED"));
  for (const char* code : {"OK", "unavailable", "14", "NONE"}) {
    EXPECT_THAT(Bad("{retry: {codes: [" + std::string(code) + "]}}"),
                HasSubstr("is no status that a call can fail with"))
        << code;
  }
}

TEST(RetryBrakesReaderTest, EachIsAMapOrOff) {
  Cluster cluster;
  EXPECT_EQ(Read(Group{ReadRetryBrakes},
                 "{retry_throttling: {max_tokens: 10, token_ratio: 0.5}, "
                 "retry_budget: {percent: 5, reserve: 0}}",
                 cluster),
            "");
  EXPECT_EQ(cluster.retry_throttling, (RetryThrottling{10, 0.5}));
  EXPECT_EQ(cluster.retry_budget, (RetryBudget{5, 0}));
  EXPECT_EQ(Read(Group{ReadRetryBrakes}, "{retry_throttling: off, retry_budget: off}", cluster),
            "");
  EXPECT_FALSE(cluster.retry_throttling);
  EXPECT_FALSE(cluster.retry_budget);
}

TEST(RetryBrakesReaderTest, ThrottlingIsSaidInOnePlace) {
  Cluster cluster;
  cluster.service_config.emplace().sets_retry_throttling = true;
  EXPECT_THAT(Read(Group{ReadRetryBrakes}, "{retry_throttling: {}}", cluster),
              HasSubstr("the service config has retryThrottling too; remove one of the two"));
  EXPECT_EQ(Read(Group{ReadRetryBrakes}, "{retry_budget: {}}", cluster), "");
}

}  // namespace
}  // namespace evenkeel::config
