// ring_hash and maglev promise the same things, each with its own numbers.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <ranges>

#include "balancer/maglev.h"
#include "balancer/ring_hash.h"
#include "tests/balancer/fleet.h"

namespace evenkeel::balancer {
namespace {

const HashInput kByUser{HashInput::Kind::kMetadata, "x-user"};

struct Case {
  const char* name;
  double max_moved;   // keys that move when one of K leaves, times K
  double max_uneven;  // most keys on one endpoint, times K
};

class HashPoliciesTest : public testing::TestWithParam<Case> {
 protected:
  std::unique_ptr<Policy> Make(double max_load_factor = 0) {
    if (std::string_view(GetParam().name) == "maglev") {
      return std::make_unique<Maglev>(
          Maglev::Settings{.hash = kByUser, .max_load_factor = max_load_factor});
    }
    return std::make_unique<RingHash>(
        RingHash::Settings{.hash = kByUser, .max_load_factor = max_load_factor});
  }
  static std::string Key(size_t number) { return "user-" + std::to_string(number); }

  std::vector<EndpointPtr> Place(Fleet& fleet, size_t keys) {
    std::vector<EndpointPtr> places;
    for (size_t i = 0; i < keys; ++i) places.push_back(fleet.Pick(fleet.CallWithKey(Key(i))));
    return places;
  }
};

TEST_P(HashPoliciesTest, PicksNothingFromNothing) {
  Fleet fleet(Make(), {});
  EXPECT_EQ(fleet.Pick(fleet.CallWithKey("a")), nullptr);
}

TEST_P(HashPoliciesTest, TheSameKeyGoesToTheSameEndpoint) {
  Fleet fleet(Make(), MakeEndpoints(10));
  const auto places = Place(fleet, 200);
  fleet.Rebuild();
  EXPECT_EQ(Place(fleet, 200), places);
}

TEST_P(HashPoliciesTest, TheOrderOfTheListDoesNotMatterMuch) {
  Fleet fleet(Make(), MakeEndpoints(10));
  const auto places = Place(fleet, 2'000);
  auto reversed = fleet.endpoints();
  std::ranges::reverse(reversed);
  fleet.Keep(reversed);
  const auto again = Place(fleet, 2'000);
  size_t moved = 0;
  for (size_t i = 0; i < places.size(); ++i) moved += places[i] != again[i] ? 1 : 0;
  EXPECT_LT(moved, 200u);
}

TEST_P(HashPoliciesTest, ACallWithoutAKeyGoesAnywhere) {
  Fleet fleet(Make(), MakeEndpoints(5));
  for (const size_t count : fleet.Count(5'000)) EXPECT_NEAR(count, 1'000, 200);
}

TEST_P(HashPoliciesTest, SpreadsKeysByWeight) {
  Fleet fleet(Make(), MakeWeighted({1, 2, 3, 4}));
  std::map<EndpointPtr, double> counts;
  constexpr size_t kKeys = 20'000;
  for (const EndpointPtr& each : Place(fleet, kKeys)) ++counts[each];
  for (const EndpointPtr& each : fleet.endpoints()) {
    EXPECT_NEAR(counts[each] / kKeys, each->weight() / 10.0, 0.035);
  }
}

TEST_P(HashPoliciesTest, SpreadsKeysEvenly) {
  constexpr size_t kKeys = 50'000;
  for (const size_t count : {3u, 10u, 50u}) {
    Fleet fleet(Make(), MakeEndpoints(count));
    std::map<EndpointPtr, size_t> counts;
    for (const EndpointPtr& each : Place(fleet, kKeys)) ++counts[each];
    const size_t most = std::ranges::max(counts | std::views::values);
    EXPECT_LT(static_cast<double>(most * count) / kKeys, GetParam().max_uneven) << count;
  }
}

// Over random sets: only about the keys of the endpoint that leaves go elsewhere.
TEST_P(HashPoliciesTest, MovesFewKeysWhenAnEndpointLeaves) {
  base::Random random(11);
  double moved = 0;
  double keys = 0;
  for (int round = 0; round < 20; ++round) {
    const size_t count = 5 + random.Below(60);
    Fleet fleet(Make(), MakeEndpoints(count));
    constexpr size_t kKeys = 4'000;
    const auto before = Place(fleet, kKeys);
    auto left = fleet.endpoints();
    left.erase(left.begin() + static_cast<ptrdiff_t>(random.Below(count)));
    fleet.Keep(left);
    const auto after = Place(fleet, kKeys);
    size_t moves = 0;
    for (size_t i = 0; i < kKeys; ++i) moves += before[i] != after[i] ? 1 : 0;
    moved += static_cast<double>(moves * count);
    keys += kKeys;
  }
  EXPECT_LT(moved / keys, GetParam().max_moved);
  EXPECT_GT(moved / keys, 0.5);
}

TEST_P(HashPoliciesTest, AvoidingAnEndpointGoesToOneOther) {
  Fleet fleet(Make(), MakeEndpoints(5));
  CallFacts call = fleet.CallWithKey("a");
  const EndpointPtr first = fleet.Pick(call);
  const Endpoint* avoid[] = {first.get()};
  call.avoid = avoid;
  const EndpointPtr second = fleet.Pick(call);
  EXPECT_NE(second, first);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(fleet.Pick(call), second);
}

TEST_P(HashPoliciesTest, KeepsEachEndpointWithinTheBound) {
  Fleet fleet(Make(1.25), MakeEndpoints(10));
  std::vector<InFlight> calls;
  for (int i = 0; i < 1'000; ++i) {
    calls.emplace_back(fleet.Pick(fleet.CallWithKey("one hot key")));
    const auto most = (*std::ranges::max_element(fleet.endpoints(), {}, [](const auto& each) {
                        return each->in_flight();
                      }))->in_flight();
    EXPECT_LE(static_cast<double>(most), std::ceil(1.25 * (i + 1) / 10.0));
  }
}

TEST_P(HashPoliciesTest, WithoutABoundAHotKeyStaysWhereItIs) {
  Fleet fleet(Make(), MakeEndpoints(10));
  std::vector<InFlight> calls;
  for (int i = 0; i < 100; ++i) calls.emplace_back(fleet.Pick(fleet.CallWithKey("one hot key")));
  EXPECT_EQ(calls.front().endpoint()->in_flight(), 100);
}

TEST_P(HashPoliciesTest, TheHashKeyStandsForTheAddress) {
  std::vector<EndpointPtr> before;
  std::vector<EndpointPtr> after;
  for (int i = 0; i < 5; ++i) {
    const EndpointTraits traits{.hash_key = "replica-" + std::to_string(i)};
    before.push_back(std::make_shared<Endpoint>("10.0.0." + std::to_string(i) + ":1", traits));
    after.push_back(std::make_shared<Endpoint>("10.9.9." + std::to_string(i) + ":1", traits));
  }
  Fleet old(Make(), before);
  Fleet moved(Make(), after);
  for (size_t i = 0; i < 100; ++i) {
    EXPECT_EQ(old.Pick(old.CallWithKey(Key(i)))->hash_key(),
              moved.Pick(moved.CallWithKey(Key(i)))->hash_key());
  }
}

INSTANTIATE_TEST_SUITE_P(All, HashPoliciesTest,
                         testing::Values(Case{"ring_hash", 1.5, 1.6}, Case{"maglev", 2.5, 1.1}),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace evenkeel::balancer
