#include "balancer/tiers.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/balancer/fleet.h"

namespace evenkeel::balancer {
namespace {

class TiersTest : public testing::Test {
 protected:
  void Add(size_t count, uint32_t priority, const std::string& zone = "") {
    for (size_t i = 0; i < count; ++i) {
      all_.push_back(std::make_shared<Endpoint>(
          std::to_string(all_.size()) + ":1",
          EndpointTraits{.priority = priority, .zone = zone, .hash_key = {}}));
      eligible_.push_back(all_.back());
    }
  }
  void Lose(size_t count, uint32_t priority, const std::string& zone = "") {
    std::erase_if(eligible_, [&](const EndpointPtr& each) {
      return each->priority() == priority && each->zone() == zone && count > 0 && count-- > 0;
    });
  }
  std::map<std::string, double> Shares(TierSettings settings = {}) {
    std::map<std::string, double> shares;
    for (const Tier& each : MakeTiers(all_, eligible_, settings)) shares[each.name] = each.share;
    return shares;
  }
  std::vector<EndpointPtr> all_;
  std::vector<EndpointPtr> eligible_;
};

using Map = std::map<std::string, double>;

TEST_F(TiersTest, NobodyEligibleMakesNoTier) {
  Add(3, 0);
  Lose(3, 0);
  EXPECT_TRUE(Shares().empty());
}

TEST_F(TiersTest, TheFirstPriorityTakesAllWhileMostOfItIsThere) {
  Add(10, 0);
  Add(10, 1);
  Lose(2, 0);
  EXPECT_EQ(Shares(), (Map{{"priority 0", 1}}));
}

TEST_F(TiersTest, TheNextPriorityTakesWhatTheFirstCannot) {
  Add(10, 0);
  Add(10, 1);
  Lose(5, 0);
  const auto shares = Shares();
  EXPECT_NEAR(shares.at("priority 0"), 0.7, 1e-9);
  EXPECT_NEAR(shares.at("priority 1"), 0.3, 1e-9);
}

TEST_F(TiersTest, AllGoToTheNextPriorityWhenTheFirstIsGone) {
  Add(3, 0);
  Add(3, 5);
  Lose(3, 0);
  EXPECT_EQ(Shares(), (Map{{"priority 5", 1}}));
}

TEST_F(TiersTest, SharesAddUpToOneWhenAllAreShort) {
  Add(10, 0);
  Add(10, 1);
  Lose(9, 0);
  Lose(7, 1);
  const auto shares = Shares();
  EXPECT_NEAR(shares.at("priority 0"), 0.25, 1e-9);
  EXPECT_NEAR(shares.at("priority 1"), 0.75, 1e-9);
}

TEST_F(TiersTest, TheOwnZoneTakesAllWhileItHasItsPart) {
  for (const char* zone : {"a", "b", "c"}) Add(4, 0, zone);
  EXPECT_EQ(Shares({.zone = "a"}), (Map{{"priority 0, own zone", 1}}));
}

TEST_F(TiersTest, TheRestSpillsOverWhenTheOwnZoneHasTooLittleLeft) {
  for (const char* zone : {"a", "b", "c"}) Add(4, 0, zone);
  Lose(2, 0, "a");
  const auto shares = Shares({.zone = "a"});  // 2 of 10 endpoints for a third of the callers
  EXPECT_NEAR(shares.at("priority 0, own zone"), 0.6, 1e-9);
  EXPECT_NEAR(shares.at("priority 0, other zones"), 0.4, 1e-9);
}

TEST_F(TiersTest, AZoneWithoutEndpointsIsNoReasonToStop) {
  for (const char* zone : {"a", "b", "c"}) Add(4, 0, zone);
  Lose(4, 0, "a");
  EXPECT_EQ(Shares({.zone = "a"}), (Map{{"priority 0", 1}}));
}

TEST_F(TiersTest, SmallSetsDoNotHeedZones) {
  Add(2, 0, "a");
  Add(2, 0, "b");
  EXPECT_EQ(Shares({.zone = "a"}), (Map{{"priority 0", 1}}));
  EXPECT_EQ(Shares({.zone = "a", .min_endpoints_for_zone = 4}), (Map{{"priority 0, own zone", 1}}));
}

TEST_F(TiersTest, PicksFollowTheShares) {
  Add(10, 0);
  Add(10, 1);
  base::ManualClock clock;
  base::Random random(4);
  EndpointSet set([&random] { return MakePolicy(RoundRobin::Settings{}, random); }, all_, {},
                  clock);
  for (size_t i = 5; i < 20; ++i) set.ConnectionsChanged(*all_[i], +1);
  size_t second = 0;
  for (int i = 0; i < 10'000; ++i) {
    second +=
        set.picker()->Pick({.path = "/a.B/C", .now = clock.Now(), .avoid = {}}, random)->priority();
  }
  EXPECT_NEAR(second, 3'000, 250);
  const Explanation why = set.Explain({.path = "/a.B/C", .now = clock.Now(), .avoid = {}}, random);
  EXPECT_EQ(why.notes[0], "priority 0: 70 % of the calls over 5 endpoints");
}

TEST_F(TiersTest, ACallGoesToAnotherTierWhenItsOwnHasNoneToOffer) {
  Add(2, 0);
  Add(2, 1);
  base::ManualClock clock;
  base::Random random(4);
  EndpointSet set([&random] { return MakePolicy(RoundRobin::Settings{}, random); }, all_, {},
                  clock);
  for (size_t i = 1; i < 4; ++i) set.ConnectionsChanged(*all_[i], +1);
  const Endpoint* avoid[] = {all_[1].get()};
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(set.picker()
                  ->Pick({.path = "/a.B/C", .now = clock.Now(), .avoid = avoid}, random)
                  ->priority(),
              1u);
  }
}

TEST_F(TiersTest, EachTierKeepsItsOwnRotation) {
  Add(10, 0);
  Add(3, 1);
  base::ManualClock clock;
  base::Random random(4);
  EndpointSet set([&random] { return MakePolicy(RoundRobin::Settings{}, random); }, all_, {},
                  clock);
  for (size_t i = 5; i < 13; ++i) set.ConnectionsChanged(*all_[i], +1);
  for (int i = 0; i < 10'000; ++i) {
    InFlight(set.picker()->Pick({.path = "/a.B/C", .now = clock.Now(), .avoid = {}}, random));
  }
  const auto spread = [&](size_t from, size_t to) {
    const auto [least, most] =
        std::ranges::minmax(std::ranges::subrange(all_.begin() + from, all_.begin() + to), {},
                            [](const EndpointPtr& each) { return each->picked(); });
    return most->picked() - least->picked();
  };
  EXPECT_LE(spread(5, 10), 1u);
  EXPECT_LE(spread(10, 13), 1u);
}

}  // namespace
}  // namespace evenkeel::balancer
