#include "balancer/round_robin.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <thread>

#include "tests/balancer/fleet.h"

namespace evenkeel::balancer {
namespace {

std::unique_ptr<Policy> Policy0() { return std::make_unique<RoundRobin>(0); }

std::vector<uint32_t> RandomWeights(base::Random& random, size_t count, uint32_t most) {
  std::vector<uint32_t> weights(count);
  for (uint32_t& each : weights) each = 1 + static_cast<uint32_t>(random.Below(most));
  return weights;
}

TEST(RoundRobinTest, PicksNothingFromNothing) {
  Fleet fleet(Policy0(), {});
  EXPECT_EQ(fleet.Pick(), nullptr);
}

TEST(RoundRobinTest, EqualWeightsDifferByAtMostOneForAnyNumberOfPicks) {
  for (const size_t count : {1u, 2u, 3u, 7u, 100u}) {
    Fleet fleet(Policy0(), MakeEndpoints(count));
    std::vector<size_t> total(count);
    for (int i = 0; i < 50; ++i) {
      const auto counts = fleet.Count(1 + fleet.random().Below(20));
      for (size_t k = 0; k < count; ++k) total[k] += counts[k];
      const auto [least, most] = std::ranges::minmax(total);
      EXPECT_LE(most - least, 1u);
    }
  }
}

TEST(RoundRobinTest, EqualWeightsStayExactWithManyThreads) {
  constexpr size_t kThreads = 8;
  constexpr size_t kPicks = 5'003;
  Fleet fleet(std::make_unique<RoundRobin>(12345), MakeEndpoints(7));
  std::vector<std::thread> threads;
  for (size_t t = 0; t < kThreads; ++t) {
    threads.emplace_back([&fleet, t] {
      base::Random random(t);
      for (size_t i = 0; i < kPicks; ++i) InFlight(fleet.picker().Pick(fleet.Call(), random));
    });
  }
  for (std::thread& each : threads) each.join();
  const auto [least, most] = std::ranges::minmax_element(
      fleet.endpoints(), {}, [](const EndpointPtr& each) { return each->picked(); });
  EXPECT_LE((*most)->picked() - (*least)->picked(), 1u);
}

TEST(RoundRobinTest, GoesOnWhereItWasWhenTheSetChanges) {
  Fleet fleet(Policy0(), MakeEndpoints(4));
  const EndpointPtr first = fleet.Pick();
  fleet.Rebuild();
  EXPECT_NE(fleet.Pick(), first);
}

TEST(RoundRobinTest, ThePhaseDecidesWhoIsFirst) {
  std::vector<std::string> firsts;
  for (uint64_t phase = 0; phase < 3; ++phase) {
    Fleet fleet(std::make_unique<RoundRobin>(phase), MakeEndpoints(3));
    firsts.push_back(fleet.Pick()->address());
  }
  std::ranges::sort(firsts);
  EXPECT_EQ(std::ranges::unique(firsts).size(), 0u);
}

TEST(RoundRobinTest, SkipsWhatTheCallAvoids) {
  Fleet fleet(Policy0(), MakeWeighted({1, 5, 2}));
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(fleet.PickAvoiding({0, 2}), fleet.endpoints()[1]);
    EXPECT_EQ(fleet.PickAvoiding({0, 1}), fleet.endpoints()[2]);
    EXPECT_EQ(fleet.PickAvoiding({0, 1, 2}), nullptr);
  }
}

// After any number of picks, from the first on, each endpoint is within two of its share.
TEST(RoundRobinTest, WeightedPicksKeepToTheirSharesFromTheFirstRoundOn) {
  base::Random random(3);
  for (int round = 0; round < 60; ++round) {
    const auto weights = RandomWeights(random, 2 + random.Below(20), round % 2 == 0 ? 10 : 1000);
    const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
    Fleet fleet(std::make_unique<RoundRobin>(random()), MakeWeighted(weights));
    std::map<const Endpoint*, double> counts;
    for (int picks = 1; picks <= 2'000; ++picks) {
      ++counts[fleet.Pick().get()];
      if (picks % 50 != 0) continue;
      for (size_t i = 0; i < weights.size(); ++i) {
        const double share = picks * weights[i] / sum;
        EXPECT_NEAR(counts[fleet.endpoints()[i].get()], share, 3.0)
            << "weight " << weights[i] << " of " << sum << " after " << picks;
      }
    }
  }
}

TEST(RoundRobinTest, AHeavyEndpointIsSpreadOverTheTurn) {
  Fleet fleet(Policy0(), MakeWeighted({5, 1, 1, 1, 1, 1}));
  size_t run = 0;
  size_t longest = 0;
  for (int i = 0; i < 1'000; ++i) {
    run = fleet.Pick() == fleet.endpoints()[0] ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  EXPECT_LE(longest, 3u);
}

TEST(RoundRobinTest, ExplainingLeavesNoTrace) {
  Fleet fleet(Policy0(), MakeWeighted({3, 1, 2}));
  for (int i = 0; i < 20; ++i) {
    const Explanation why = fleet.Explain();
    EXPECT_EQ(why.candidates.size(), 3u);
    EXPECT_EQ(why.picked, fleet.Pick());
  }
}

}  // namespace
}  // namespace evenkeel::balancer
