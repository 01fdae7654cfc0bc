#include "balancer/pick_first.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/balancer/fleet.h"

namespace evenkeel::balancer {
namespace {

constexpr PickFirst::Settings kAsListed{PickFirst::Order::kAsListed};

TEST(PickFirstTest, PicksNothingFromNothing) {
  Fleet fleet(std::make_unique<PickFirst>(kAsListed, 1), {});
  EXPECT_EQ(fleet.Pick(), nullptr);
}

TEST(PickFirstTest, SendsAllCallsToOne) {
  Fleet fleet(std::make_unique<PickFirst>(kAsListed, 1), MakeEndpoints(3));
  EXPECT_EQ(fleet.Count(10), (std::vector<size_t>{10, 0, 0}));
}

TEST(PickFirstTest, StaysWithTheNextWhenTheFirstComesBack) {
  Fleet fleet(std::make_unique<PickFirst>(kAsListed, 1), MakeEndpoints(3));
  const auto all = fleet.endpoints();
  fleet.Keep({all[1], all[2]});
  EXPECT_EQ(fleet.Pick(), all[1]);
  fleet.Keep(all);
  EXPECT_EQ(fleet.Pick(), all[1]);
}

TEST(PickFirstTest, ForgetsItsEndpointWhenNoneWasLeft) {
  Fleet fleet(std::make_unique<PickFirst>(kAsListed, 1), MakeEndpoints(3));
  const auto all = fleet.endpoints();
  fleet.Keep({all[2]});
  fleet.Keep({});
  fleet.Keep(all);
  EXPECT_EQ(fleet.Pick(), all[0]);
}

TEST(PickFirstTest, GoesOnToTheNextForACallThatAvoidsTheFirst) {
  Fleet fleet(std::make_unique<PickFirst>(kAsListed, 1), MakeEndpoints(3));
  EXPECT_EQ(fleet.PickAvoiding({0}), fleet.endpoints()[1]);
  EXPECT_EQ(fleet.PickAvoiding({0, 1, 2}), nullptr);
}

TEST(PickFirstTest, ShufflesByWeight) {
  const auto endpoints = MakeWeighted({1, 2, 7});
  std::vector<size_t> firsts(3);
  constexpr uint64_t kProcesses = 10'000;
  for (uint64_t seed = 0; seed < kProcesses; ++seed) {
    Fleet fleet(std::make_unique<PickFirst>(PickFirst::Settings{}, seed), endpoints);
    const EndpointPtr first = fleet.Pick();
    for (size_t i = 0; i < 3; ++i) firsts[i] += first == endpoints[i] ? 1 : 0;
  }
  EXPECT_NEAR(firsts[0], kProcesses * 0.1, 200);
  EXPECT_NEAR(firsts[1], kProcesses * 0.2, 250);
  EXPECT_NEAR(firsts[2], kProcesses * 0.7, 300);
}

}  // namespace
}  // namespace evenkeel::balancer
