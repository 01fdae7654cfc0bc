#include "balancer/policy_settings.h"

#include <gtest/gtest.h>

#include <chrono>
#include <set>

#include "tests/balancer/fleet.h"

namespace evenkeel::balancer {
namespace {

using namespace std::chrono_literals;

TEST(PolicySettingsTest, MakesThePolicyOfEachName) {
  base::Random random(1);
  for (const char* name : {"least_request", "round_robin", "weighted_round_robin", "peak_ewma",
                           "prequal", "random", "pick_first", "ring_hash", "maglev"}) {
    const auto settings = DefaultPolicySettings(name);
    ASSERT_TRUE(settings) << name;
    EXPECT_EQ(PolicyName(*settings), name);
    Fleet fleet(MakePolicy(*settings, random), MakeEndpoints(3));
    EXPECT_EQ(fleet.Explain().policy, name);
    EXPECT_NE(fleet.Pick(), nullptr) << name;
  }
  EXPECT_FALSE(DefaultPolicySettings("ring-hash"));
  EXPECT_FALSE(DefaultPolicySettings(""));
}

TEST(PolicySettingsTest, ThePolicyGoesByTheSettings) {
  base::Random random(1);
  EXPECT_EQ(
      MakePolicy(WeightedRoundRobin::Settings{.weight_update_period = 7s}, random)->RefreshPeriod(),
      7s);
  Fleet listed(MakePolicy(PickFirst::Settings{PickFirst::Settings::Order::kAsListed}, random),
               MakeEndpoints(9));
  EXPECT_EQ(listed.Pick(), listed.endpoints()[0]);
}

TEST(PolicySettingsTest, TheGeneratorDecidesWhereARotationStarts) {
  base::Random random(1);
  std::set<std::string> firsts;
  for (int i = 0; i < 50; ++i) {
    Fleet fleet(MakePolicy(RoundRobin::Settings{}, random), MakeEndpoints(4));
    firsts.insert(fleet.Pick()->address());
  }
  EXPECT_EQ(firsts.size(), 4u);
}

TEST(PolicySettingsTest, OnlyHashPoliciesHash) {
  const HashInput by_user{HashInput::Kind::kMetadata, "x-user"};
  const PolicySettings ring = RingHash::Settings{.hash = by_user};
  const PolicySettings maglev = Maglev::Settings{.hash = by_user};
  for (const PolicySettings* each : {&ring, &maglev}) {
    ASSERT_NE(HashInputOf(*each), nullptr);
    EXPECT_EQ(*HashInputOf(*each), by_user);
  }
  EXPECT_EQ(HashInputOf(PolicySettings(RoundRobin::Settings{})), nullptr);
}

}  // namespace
}  // namespace evenkeel::balancer
