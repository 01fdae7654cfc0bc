// A gRPC service config as gRFC A2 and A6 describe it, sentence by sentence.
#include "lib/config/service_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "lib/yaml/loader.h"

namespace evenkeel::config {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr char kRetry[] =
    R"("maxAttempts": 3, "initialBackoff": "0.1s", "maxBackoff": "1s", "backoffMultiplier": 2,
       "retryableStatusCodes": ["UNAVAILABLE"])";

class ServiceConfigTest : public ::testing::Test {
 protected:
  ServiceConfigTest() { std::filesystem::create_directory(folder_); }
  ~ServiceConfigTest() override { std::filesystem::remove_all(folder_); }

  base::Result<Config, ConfigErrors> Load(const std::string& json, const std::string& more = "") {
    std::ofstream(folder_ / "users.json") << json;
    return LoadText(
        "listeners: [{address: \"127.0.0.1:1\", cluster: users}]\n"
        "clusters:\n"
        "  users: {endpoints: [\"127.0.0.1:2\"], service_config: users.json" +
            more + "}\n",
        folder_ / "evenkeel.yaml");
  }
  Cluster Good(const std::string& json) {
    const auto config = Load(json);
    if (config) return config->clusters[0];
    ADD_FAILURE() << Format(config.error());
    return {};
  }
  std::string Bad(const std::string& json, const std::string& more = "") {
    const auto config = Load(json, more);
    return config ? "accepted" : Format(config.error());
  }
  /// The settings of the only method.
  CallPolicy GoodMethod(const std::string& fields) {
    const Cluster cluster = Good(Method(fields));
    return cluster.service_config ? cluster.service_config->methods.at(0).calls : CallPolicy();
  }
  std::string BadMethod(const std::string& fields) { return Bad(Method(fields)); }
  static std::string Method(const std::string& fields) {
    return R"({"methodConfig": [{"name": [{"service": "a.B"}])" + fields + "}]}";
  }
  static std::string Without(std::string fields, const std::string& name) {
    const size_t at = fields.find('"' + name + '"');
    return fields.replace(at + 1, 1, "x");
  }

  const std::filesystem::path folder_ = std::filesystem::path(::testing::TempDir()) /
                                        ("service-config-" + std::to_string(::getpid()));
};

TEST_F(ServiceConfigTest, SaysWhatAnEmptyFileNeeds) {
  EXPECT_THAT(Bad(""), HasSubstr("the file is empty; write {} where it is to say nothing"));
}

TEST_F(ServiceConfigTest, HasNoCommentsAsOtherLanguagesWriteThem) {
  EXPECT_THAT(Bad("{\n  // retries\n  \"methodConfig\": []\n}"),
              HasSubstr("users.json:2:3: // does not begin a comment"));
}

TEST_F(ServiceConfigTest, ReadsNames) {
  const Cluster cluster = Good(R"({"methodConfig": [
    {"name": [{"service": "a.B", "method": "C"}, {"service": "a.D"}]}, {"name": [{}]}]})");
  ASSERT_TRUE(cluster.service_config);
  const auto& methods = cluster.service_config->methods;
  ASSERT_THAT(methods, SizeIs(2));
  ASSERT_THAT(methods[0].names, SizeIs(2));
  EXPECT_EQ(methods[0].names[0].service, "a.B");
  EXPECT_EQ(methods[0].names[0].method, "C");
  EXPECT_EQ(methods[0].names[1].method, "");
  EXPECT_EQ(methods[1].names[0].service, "");
}

TEST_F(ServiceConfigTest, RefusesANameThatStandsTwice) {
  EXPECT_THAT(Bad(R"({"methodConfig": [{"name": [{"service": "a.B"}]},
                                       {"name": [{"service": "a.B"}]}]})"),
              HasSubstr("users.json:2:50: methodConfig[1].name[0]: the same name"));
}

TEST_F(ServiceConfigTest, RefusesAMethodWithoutService) {
  EXPECT_THAT(Bad(R"({"methodConfig": [{"name": [{"method": "C"}]}]})"),
              HasSubstr("a method and no service"));
}

TEST_F(ServiceConfigTest, ReadsTheSettingsOfAMethod) {
  const CallPolicy calls = GoodMethod(R"(, "timeout": "1.5s", "waitForReady": true,
    "maxRequestMessageBytes": 10, "maxResponseMessageBytes": "20")");
  EXPECT_EQ(calls.timeout, 1500ms);
  EXPECT_EQ(calls.wait_for_ready, true);
  EXPECT_EQ(calls.max_request_message, 10u);
  EXPECT_EQ(calls.max_response_message, 20u);
}

TEST_F(ServiceConfigTest, ReadsDurationsAsProtobufWritesThem) {
  EXPECT_EQ(GoodMethod(R"(, "timeout": "3s")").timeout, 3s);
  EXPECT_EQ(GoodMethod(R"(, "timeout": "0.000000001s")").timeout, 1ns);
  EXPECT_EQ(GoodMethod(R"(, "timeout": "1.25s")").timeout, 1250ms);
  for (const char* text : {"3", "1.s", ".5s", "-1s", "1e3s", "0.0000000001s", "s", "1ms", "0s"}) {
    EXPECT_THAT(BadMethod(R"(, "timeout": ")" + std::string(text) + "\""), HasSubstr("timeout"))
        << text;
  }
}

TEST_F(ServiceConfigTest, ReadsARetryPolicy) {
  const CallPolicy calls = GoodMethod(R"(, "retryPolicy": {"maxAttempts": 3,
    "initialBackoff": "0.1s", "maxBackoff": "1s", "backoffMultiplier": 0.5,
    "retryableStatusCodes": ["UNAVAILABLE", "Aborted", 8]})");
  ASSERT_TRUE(calls.retry);
  EXPECT_EQ(calls.retry->attempts, 3u);
  EXPECT_EQ(calls.retry->initial_backoff, 100ms);
  EXPECT_EQ(calls.retry->max_backoff, 1s);
  EXPECT_EQ(calls.retry->backoff_multiplier, 0.5);
  EXPECT_THAT(calls.retry->codes, ElementsAre("UNAVAILABLE", "ABORTED", "RESOURCE_EXHAUSTED"));
}

TEST_F(ServiceConfigTest, NeedsAllFiveFieldsOfARetryPolicy) {
  for (const char* field : {"maxAttempts", "initialBackoff", "maxBackoff", "backoffMultiplier",
                            "retryableStatusCodes"}) {
    EXPECT_THAT(BadMethod(R"(, "retryPolicy": {)" + Without(kRetry, field) + "}"),
                HasSubstr("has no " + std::string(field)));
  }
}

TEST_F(ServiceConfigTest, RefusesValuesThatA6Forbids) {
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string fields = kRetry;
    fields.replace(fields.find(from), from.size(), to);
    return BadMethod(R"(, "retryPolicy": {)" + fields + "}");
  };
  EXPECT_THAT(with("3", "1"), HasSubstr("\"1\" is not an integer above 1"));
  EXPECT_THAT(with("\"0.1s\"", "\"0s\""), HasSubstr("initialBackoff: is not above 0"));
  EXPECT_THAT(with("\"1s\"", "\"0s\""), HasSubstr("maxBackoff: is not above 0"));
  EXPECT_THAT(with("2", "0"), HasSubstr("not a number above 0"));
  EXPECT_THAT(with("[\"UNAVAILABLE\"]", "[]"), HasSubstr("empty list"));
  EXPECT_THAT(with("UNAVAILABLE", "NONE"), HasSubstr("no status that a call can fail with"));
}

TEST_F(ServiceConfigTest, TakesMoreThanFiveAttemptsAsFive) {
  std::string fields = kRetry;
  fields.replace(fields.find('3'), 1, "50");
  EXPECT_EQ(GoodMethod(R"(, "retryPolicy": {)" + fields + "}").retry->attempts, 5u);
}

TEST_F(ServiceConfigTest, ReadsAHedgingPolicy) {
  const CallPolicy calls = GoodMethod(R"(, "hedgingPolicy": {"maxAttempts": 4,
    "hedgingDelay": "0.5s", "nonFatalStatusCodes": ["INTERNAL"]})");
  ASSERT_TRUE(calls.hedging);
  EXPECT_EQ(calls.hedging->attempts, 4u);
  EXPECT_EQ(std::get<base::Duration>(calls.hedging->delay), 500ms);
  EXPECT_THAT(calls.hedging->non_fatal_codes, ElementsAre("INTERNAL"));
}

TEST_F(ServiceConfigTest, HedgingNeedsOnlyItsAttempts) {
  const CallPolicy calls = GoodMethod(R"(, "hedgingPolicy": {"maxAttempts": 2})");
  ASSERT_TRUE(calls.hedging);
  EXPECT_EQ(std::get<base::Duration>(calls.hedging->delay), 0s);
  EXPECT_THAT(calls.hedging->non_fatal_codes, SizeIs(0));
  EXPECT_THAT(BadMethod(R"(, "hedgingPolicy": {})"), HasSubstr("has no maxAttempts"));
}

TEST_F(ServiceConfigTest, AMethodHasRetriesOrHedging) {
  EXPECT_THAT(BadMethod(R"(, "hedgingPolicy": {"maxAttempts": 2}, "retryPolicy": {)" +
                        std::string(kRetry) + "}"),
              HasSubstr("a retryPolicy and a hedgingPolicy"));
}

TEST_F(ServiceConfigTest, ReadsThrottling) {
  const Cluster cluster = Good(R"({"retryThrottling": {"maxTokens": 10, "tokenRatio": 0.1}})");
  ASSERT_TRUE(cluster.retry_throttling);
  EXPECT_EQ(cluster.retry_throttling->max_tokens, 10);
  EXPECT_EQ(cluster.retry_throttling->token_ratio, 0.1);
  for (const char* fields :
       {R"("maxTokens": 0, "tokenRatio": 1)", R"("maxTokens": 1001, "tokenRatio": 1)",
        R"("maxTokens": 1, "tokenRatio": 0)", R"("maxTokens": 1)"}) {
    EXPECT_THAT(Bad(R"({"retryThrottling": {)" + std::string(fields) + "}}"),
                HasSubstr("retryThrottling"));
  }
}

TEST_F(ServiceConfigTest, TakesTheFirstPolicyThatItKnows) {
  const Cluster cluster = Good(R"({"loadBalancingConfig": [{"grpclb": {"childPolicy": []}},
    {"least_request_experimental": {"choiceCount": 3}}, {"round_robin": {}}]})");
  ASSERT_TRUE(std::holds_alternative<LeastRequest>(cluster.policy));
  EXPECT_EQ(std::get<LeastRequest>(cluster.policy).choice_count, 3u);
  EXPECT_THAT(Bad(R"({"loadBalancingConfig": [{"grpclb": {}}]})"), HasSubstr("names no policy"));
  EXPECT_THAT(Bad(R"({"loadBalancingConfig": [{"least_request": {"choiceCount": 1}}]})"),
              HasSubstr("choiceCount"));
}

TEST_F(ServiceConfigTest, RefusesWhatTheClusterSaysToo) {
  EXPECT_THAT(Bad(R"({"loadBalancingConfig": [{"round_robin": {}}]})", ", policy: random"),
              HasSubstr("the service config has loadBalancingConfig too"));
  EXPECT_THAT(Bad(R"({"retryThrottling": {"maxTokens": 10, "tokenRatio": 0.1}})",
                  ", retry_throttling: off"),
              HasSubstr("the service config has retryThrottling too"));
}

TEST_F(ServiceConfigTest, PassesOverFieldsThatItDoesNotKnow) {
  EXPECT_THAT(Bad(R"({"healthCheckConfig": {"serviceName": ""}, "xyz": [1]})"), "accepted");
}

TEST_F(ServiceConfigTest, SaysWhereTheFileIsBroken) {
  EXPECT_THAT(Bad("{\"methodConfig\": [}"), HasSubstr("users.json:1:"));
  EXPECT_THAT(Bad("[]"), HasSubstr("expected an object"));
}

TEST_F(ServiceConfigTest, SaysThatTheFileIsNotThere) {
  const auto config = LoadText(
      "listeners: [{address: \"127.0.0.1:1\", cluster: users}]\n"
      "clusters: {users: {endpoints: [\"127.0.0.1:2\"], service_config: none.json}}\n",
      "/nowhere/evenkeel.yaml");
  ASSERT_FALSE(config);
  EXPECT_THAT(Format(config.error()), HasSubstr("\"/nowhere/none.json\" cannot be read"));
}

TEST_F(ServiceConfigTest, AReloadWatchesTheFile) {
  Load("{}");
  const std::string path = folder_ / "evenkeel.yaml";
  std::ofstream(path) << "listeners: [{address: \"127.0.0.1:1\", cluster: users}]\n"
                         "clusters:\n"
                         "  users: {endpoints: [\"127.0.0.1:2\"], service_config: users.json}\n";
  const Loading good = config::Load(path);
  EXPECT_TRUE(good.config);
  EXPECT_THAT(good.files, ElementsAre(path, (folder_ / "users.json").string()));
  std::ofstream(folder_ / "users.json") << "[]";
  const Loading bad = config::Load(path);
  EXPECT_FALSE(bad.config);
  EXPECT_EQ(bad.files, good.files);
  EXPECT_NE(bad.fingerprint, good.fingerprint);
}

TEST(MergeTest, TheRoutesKeysWinOneByOne) {
  CallPolicy route;
  route.timeout = 1s;
  CallPolicy method;
  method.timeout = 2s;
  method.wait_for_ready = true;
  method.retry.emplace();
  const CallPolicy merged = Merge(route, method);
  EXPECT_EQ(merged.timeout, 1s);
  EXPECT_EQ(merged.wait_for_ready, true);
  EXPECT_TRUE(merged.retry);
}

TEST(MergeTest, ARoutesHedgingReplacesAMethodsRetries) {
  CallPolicy route;
  route.hedging.emplace();
  CallPolicy method;
  method.retry.emplace();
  const CallPolicy merged = Merge(route, method);
  EXPECT_TRUE(merged.hedging);
  EXPECT_FALSE(merged.retry);
}

}  // namespace
}  // namespace evenkeel::config
