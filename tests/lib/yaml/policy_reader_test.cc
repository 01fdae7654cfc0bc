#include "lib/yaml/policy_reader.h"

#include <gmock/gmock.h>

#include "lib/config/config.h"
#include "tests/lib/yaml/read_key.h"

namespace evenkeel::config {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

Policy LoadPolicy(std::string_view text) {
  Policy policy;
  EXPECT_EQ(Read(PolicyKey(), text, policy), "");
  return policy;
}

TEST(PolicyKeyTest, PoliciesHaveAShortAndALongForm) {
  for (const std::string name :
       {"least_request", "round_robin", "weighted_round_robin", "peak_ewma", "prequal", "random",
        "pick_first", "ring_hash", "maglev"}) {
    EXPECT_EQ(PolicyName(LoadPolicy(name)), name);
    EXPECT_EQ(PolicyName(LoadPolicy("\"" + name + "\"")), name);
    EXPECT_EQ(PolicyName(LoadPolicy("{" + name + ": {}}")), name);
    EXPECT_EQ(LoadPolicy(name).index(), DefaultPolicy(name)->index());
  }
}

TEST(PolicyKeyTest, SettingsOfPoliciesAreRead) {
  const auto least =
      std::get<LeastRequest>(LoadPolicy("{least_request: {choice_count: 5, full_scan_limit: 0}}"));
  EXPECT_EQ(least.choice_count, 5U);
  EXPECT_EQ(least.full_scan_limit, 0U);
  const auto weighted = std::get<WeightedRoundRobin>(
      LoadPolicy("{weighted_round_robin: {blackout_period: 0s, oob_reporting_period: 1s, "
                 "metric_names_for_computing_utilization: [cpu_utilization]}}"));
  EXPECT_EQ(weighted.blackout_period, 0s);
  EXPECT_EQ(weighted.oob_reporting_period, 1s);
  EXPECT_THAT(weighted.metric_names_for_computing_utilization, ElementsAre("cpu_utilization"));
  const auto ring = std::get<RingHash>(LoadPolicy("{ring_hash: {hash: {metadata: x-user}}}"));
  EXPECT_EQ(ring.hash.kind, HashInput::Kind::kMetadata);
  EXPECT_EQ(ring.hash.name, "x-user");
  const auto maglev = std::get<Maglev>(LoadPolicy("{maglev: {hash: source_address}}"));
  EXPECT_EQ(maglev.hash.kind, HashInput::Kind::kSourceAddress);
  const auto first = std::get<PickFirst>(LoadPolicy("{pick_first: {shuffle_address_list: false}}"));
  EXPECT_EQ(first.order, PickFirst::Order::kAsListed);
}

TEST(PolicyKeyTest, IsOneNameThatThereIs) {
  Policy policy = Maglev();
  EXPECT_THAT(Read(PolicyKey(), "{random: {}, maglev: {}}", policy),
              HasSubstr("names 2 policies; name exactly one"));
  EXPECT_THAT(Read(PolicyKey(), "{}", policy), HasSubstr("names 0 policies"));
  EXPECT_THAT(Read(PolicyKey(), "ring", policy), HasSubstr("unknown policy \"ring\""));
  EXPECT_THAT(Read(PolicyKey(), "[random]", policy), HasSubstr("expected a map"));
}

TEST(PolicyKeyTest, ItsFactsNameEveryPolicy) {
  const KeyFacts facts = PolicyKey().Facts(Policy());
  EXPECT_EQ(facts.fallback, "least_request");
  EXPECT_EQ(facts.words.size(), std::variant_size_v<Policy>);
  for (const std::string& name : facts.words) EXPECT_TRUE(DefaultPolicy(name)) << name;
}

TEST(PolicyKeyTest, OnlyThePolicyThatThereIsIsWritten) {
  const Policy policy = RingHash{.hash = {HashInput::Kind::kSourceAddress, {}}};
  const Written written = PolicyKey().Write(policy);
  ASSERT_EQ(written.entries.size(), 1u);
  ASSERT_NE(written.Find("ring_hash"), nullptr);
  EXPECT_EQ(written.Find("ring_hash")->Find("hash")->text, "source_address");
  EXPECT_EQ(written.Find("ring_hash")->Find("min_ring_size")->text, "1024");
}

TEST(ReadBalancingTest, ReadsWhatStandsAroundThePolicy) {
  Balancing balancing;
  EXPECT_EQ(Read(Group{ReadBalancing},
                 "{panic_threshold: 0, slow_start: {window: 30s, aggression: 2, min_weight: 0.5}, "
                 "locality: {zone: a, min_endpoints_for_zone: 1, overprovisioning: 1}, "
                 "subset_size: 7}",
                 balancing),
            "");
  const Balancing expected{
      .panic_threshold = 0,
      .slow_start = {.window = 30s, .aggression = 2, .min_weight = 0.5},
      .tiers = {.zone = "a", .min_endpoints_for_zone = 1, .overprovisioning = 1},
      .subset_size = 7};
  EXPECT_EQ(balancing, expected);
  EXPECT_EQ(Read(Group{ReadBalancing}, "{}", balancing), "");
  EXPECT_EQ(balancing, expected) << "what is not said stays";
}

}  // namespace
}  // namespace evenkeel::config
