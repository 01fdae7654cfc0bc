#include "balancer/peak_ewma.h"

#include <gtest/gtest.h>

#include "tests/balancer/fleet.h"

namespace evenkeel::balancer {
namespace {

using namespace std::chrono_literals;

std::unique_ptr<Policy> Policy0(PeakEwma::Settings settings = {}) {
  return std::make_unique<PeakEwma>(settings);
}

TEST(PeakEwmaTest, PicksNothingFromNothing) {
  Fleet fleet(Policy0(), {});
  EXPECT_EQ(fleet.Pick(), nullptr);
}

TEST(PeakEwmaTest, TreatsTheUnknownAlike) {
  Fleet fleet(Policy0(), MakeEndpoints(4));
  for (const size_t count : fleet.Count(8'000)) EXPECT_NEAR(count, 2'000, 300);
}

TEST(PeakEwmaTest, PrefersTheFaster) {
  Fleet fleet(Policy0(), MakeEndpoints(3));
  fleet.Succeed(0, 20ms);
  fleet.Succeed(1, 10ms);
  fleet.Succeed(2, 30ms);
  EXPECT_EQ(fleet.Count(100)[1], 100u);
}

TEST(PeakEwmaTest, WeighsLatencyByTheCallsInFlight) {
  Fleet fleet(Policy0(), MakeEndpoints(2));
  fleet.Succeed(0, 30ms);
  fleet.Succeed(1, 10ms);
  std::vector<InFlight> calls;
  for (int i = 0; i < 400; ++i) calls.emplace_back(fleet.Pick());
  EXPECT_NEAR(fleet.endpoint(0).in_flight(), 100, 2);
}

TEST(PeakEwmaTest, TakesOneSlowCallSeriously) {
  Fleet fleet(Policy0(), MakeEndpoints(2));
  for (int i = 0; i < 1'000; ++i) {
    fleet.Succeed(0, 10ms);
    fleet.Succeed(1, 10ms);
  }
  fleet.Succeed(0, 1s);
  EXPECT_EQ(fleet.Count(100)[0], 0u);
}

TEST(PeakEwmaTest, GivesTheOnceSlowAnotherChance) {
  Fleet fleet(Policy0(), MakeEndpoints(2));
  fleet.Succeed(0, 1s);
  fleet.Succeed(1, 10ms);
  fleet.Wait(10min);
  const auto busy = fleet.Start(1, 2);
  EXPECT_EQ(fleet.Count(10)[0], 10u);
}

TEST(PeakEwmaTest, AFailureIsNotSpeed) {
  Fleet fleet(Policy0(), MakeEndpoints(2));
  fleet.Succeed(0, 10ms);
  fleet.Succeed(1, 10ms);
  fleet.Fail(0, 1us);
  EXPECT_EQ(fleet.Count(100)[0], 0u);
}

TEST(PeakEwmaTest, ASlowFailureRaisesTheLatency) {
  Fleet fleet(Policy0(), MakeEndpoints(2));
  fleet.Succeed(0, 10ms);
  fleet.Succeed(1, 10ms);
  fleet.Fail(0, 5s);
  fleet.Wait(2s);  // its place is free again, its latency is not
  const auto busy = fleet.Start(1, 20);
  EXPECT_EQ(fleet.Count(100)[0], 0u);
}

TEST(PeakEwmaTest, SkipsWhatTheCallAvoids) {
  Fleet fleet(Policy0({.full_scan_limit = 0}), MakeEndpoints(3));
  for (int i = 0; i < 20; ++i) EXPECT_EQ(fleet.PickAvoiding({0, 2}), fleet.endpoints()[1]);
  EXPECT_EQ(fleet.PickAvoiding({0, 1, 2}), nullptr);
}

TEST(PeakEwmaTest, ExplainsInMilliseconds) {
  Fleet fleet(Policy0(), MakeEndpoints(2));
  fleet.Succeed(0, 20ms);
  fleet.Succeed(1, 10ms);
  const auto busy = fleet.Start(1);
  const Explanation why = fleet.Explain();
  ASSERT_EQ(why.candidates.size(), 2u);
  EXPECT_DOUBLE_EQ(why.candidates[0].score, 20);
  EXPECT_DOUBLE_EQ(why.candidates[1].score, 20);
}

}  // namespace
}  // namespace evenkeel::balancer
