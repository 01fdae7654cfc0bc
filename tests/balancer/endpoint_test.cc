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

TEST(PeakLatencyTest, APeakReplacesTheAverageAtOnce) {
  PeakLatency latency;
  const base::Time now{1h};
  latency.Observe(10ms, now, 10s);
  latency.Observe(500ms, now, 10s);
  EXPECT_DOUBLE_EQ(latency.Estimate(now, 0, 10s), 500e6);
}

TEST(PeakLatencyTest, ALowerSampleCountsByTheTimeSinceTheLast) {
  PeakLatency latency;
  const base::Time now{1h};
  latency.Observe(500ms, now, 10s);
  latency.Observe(10ms, now, 10s);
  EXPECT_DOUBLE_EQ(latency.Estimate(now, 0, 10s), 500e6);
  latency.Observe(10ms, now + 10s, 10s);
  EXPECT_NEAR(latency.Estimate(now + 10s, 0, 10s), 10e6 + 490e6 / 2.718, 4e6);
}

TEST(PeakLatencyTest, DriftsToTheTypicalWithoutNews) {
  PeakLatency latency;
  const base::Time now{1h};
  EXPECT_DOUBLE_EQ(latency.Estimate(now, 30e6, 10s), 30e6);
  latency.Observe(2s, now, 10s);
  double last = 2e9;
  for (int seconds = 1; seconds < 100; ++seconds) {
    const double estimate = latency.Estimate(now + std::chrono::seconds(seconds), 30e6, 10s);
    EXPECT_LT(estimate, last);
    last = estimate;
  }
  EXPECT_NEAR(last, 30e6, 10e6);
}

TEST(FailureHoldTest, OneFailureHoldsOnePlaceForItsTime) {
  FailureHold hold;
  const base::Time now{1h};
  EXPECT_EQ(hold.Count(now, 100ms), 0);
  hold.Add(now, 100ms);
  EXPECT_EQ(hold.Count(now, 100ms), 1);
  EXPECT_EQ(hold.Count(now + 99ms, 100ms), 1);
  EXPECT_EQ(hold.Count(now + 101ms, 100ms), 0);
}

TEST(FailureHoldTest, SteadyFailuresHoldRateTimesHoldPlaces) {
  FailureHold hold;
  base::Time now{1h};
  for (int i = 0; i < 10'000; ++i) hold.Add(now += 1ms, 100ms);
  EXPECT_NEAR(static_cast<double>(hold.Count(now, 100ms)), 100 / std::log(2), 2);
}

TEST(ReportedWeightTest, CountsAfterTheBlackout) {
  ReportedWeight weight;
  const base::Time now{1h};
  EXPECT_EQ(weight.Get(now, 3min, 10s), 0);
  weight.Update(5, now);
  EXPECT_EQ(weight.Get(now + 9s, 3min, 10s), 0);
  EXPECT_EQ(weight.Get(now + 10s, 3min, 10s), 5);
}

TEST(ReportedWeightTest, ExpiresWithoutReportsAndIsBlackedOutAgain) {
  ReportedWeight weight;
  const base::Time now{1h};
  weight.Update(5, now);
  EXPECT_EQ(weight.Get(now + 179s, 3min, 10s), 5);
  EXPECT_EQ(weight.Get(now + 180s, 3min, 10s), 0);
  weight.Update(6, now + 181s);
  EXPECT_EQ(weight.Get(now + 182s, 3min, 10s), 0);
  EXPECT_EQ(weight.Get(now + 191s, 3min, 10s), 6);
}

TEST(ReportedWeightTest, AReconnectStartsTheBlackoutAnew) {
  ReportedWeight weight;
  const base::Time now{1h};
  weight.Update(5, now);
  weight.Restart();
  weight.Update(5, now + 20s);
  EXPECT_EQ(weight.Get(now + 25s, 3min, 10s), 0);
  EXPECT_EQ(weight.Get(now + 30s, 3min, 10s), 5);
}

}  // namespace
}  // namespace evenkeel::balancer
