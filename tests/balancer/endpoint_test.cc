#include "balancer/endpoint.h"

#include <cmath>

#include <gtest/gtest.h>

#include "tests/balancer/fleet.h"

namespace evenkeel::balancer {
namespace {

using namespace std::chrono_literals;

TEST(InFlightTest, CountsFromConstructionToDestruction) {
  const auto endpoint = std::make_shared<Endpoint>("a:1");
  {
    const InFlight token(endpoint);
    EXPECT_EQ(endpoint->in_flight(), 1);
  }
  EXPECT_EQ(endpoint->in_flight(), 0);
  EXPECT_EQ(endpoint->picked(), 1u);
}

TEST(InFlightTest, MovesItsCountWithIt) {
  const auto a = std::make_shared<Endpoint>("a:1");
  const auto b = std::make_shared<Endpoint>("b:1");
  InFlight token(a);
  InFlight other(b);
  other = std::move(token);
  EXPECT_EQ(a->in_flight(), 1);
  EXPECT_EQ(b->in_flight(), 0);
  EXPECT_EQ(token.endpoint(), nullptr);
}

// Whatever way calls end, and in whatever order, nothing stays counted.
TEST(InFlightTest, ReturnsToZeroAfterAnySequenceOfEndings) {
  const auto endpoints = MakeEndpoints(5);
  for (const char* name : {"least_request", "peak_ewma", "prequal", "round_robin"}) {
    base::Random random(7);
    Fleet fleet(MakePolicy(*DefaultPolicySettings(name), random), endpoints);
    std::vector<InFlight> tokens;
    for (int step = 0; step < 20'000; ++step) {
      fleet.Wait(base::Duration(random.Below(1'000'000)));
      if (tokens.empty() || random.Below(2) == 0) {
        tokens.emplace_back(fleet.Pick());
        continue;
      }
      std::swap(tokens[random.Below(tokens.size())], tokens.back());
      const auto end = random.Below(5);
      if (end < 3) {
        tokens.back().Finish(fleet.picker(),
                             {static_cast<AttemptResult::Kind>(end),
                              base::Duration(random.Below(50'000'000)), fleet.clock().Now()});
        EXPECT_EQ(tokens.back().endpoint(), nullptr);
      } else if (end == 3) {
        tokens.back() = InFlight(fleet.Pick());  // replaced by a retry
        continue;
      }
      tokens.pop_back();
    }
    tokens.clear();
    for (const EndpointPtr& each : endpoints) EXPECT_EQ(each->in_flight(), 0) << name;
  }
}

}  // namespace
}  // namespace evenkeel::balancer
