#include "balancer/least_request.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "tests/balancer/fleet.h"

namespace evenkeel::balancer {
namespace {

using namespace std::chrono_literals;

std::unique_ptr<Policy> Policy0(LeastRequest::Settings settings = {}) {
  return std::make_unique<LeastRequest>(settings);
}
constexpr LeastRequest::Settings kSampling{.choice_count = 2, .full_scan_limit = 0};

TEST(LeastRequestTest, PicksNothingFromNothing) {
  Fleet fleet(Policy0(), {});
  EXPECT_EQ(fleet.Pick(), nullptr);
}

TEST(LeastRequestTest, PrefersTheIdlerOfTwo) {
  Fleet fleet(Policy0(kSampling), MakeEndpoints(2));
  const auto busy = fleet.Start(0);
  EXPECT_EQ(fleet.Count(100), (std::vector<size_t>{0, 100}));
}

TEST(LeastRequestTest, ScansAllOfASmallSet) {
  Fleet fleet(Policy0(), MakeEndpoints(32));
  std::vector<InFlight> busy;
  for (size_t i = 0; i < 32; ++i) {
    if (i != 20) busy.push_back(fleet.Start(i));
  }
  EXPECT_EQ(fleet.Count(50)[20], 50u);
}

TEST(LeastRequestTest, BreaksTiesAtRandomWhateverThePosition) {
  for (const LeastRequest::Settings settings : {LeastRequest::Settings{}, kSampling}) {
    Fleet fleet(Policy0(settings), MakeEndpoints(10));
    for (const size_t count : fleet.Count(20'000)) EXPECT_NEAR(count, 2'000, 270);
  }
}

TEST(LeastRequestTest, NeverPicksTheBusiestOfASample) {
  Fleet fleet(Policy0(kSampling), MakeEndpoints(50));
  const auto busy = fleet.Start(7, 3);
  EXPECT_EQ(fleet.Count(5'000)[7], 0u);
}

TEST(LeastRequestTest, DividesLoadByWeight) {
  Fleet fleet(Policy0(), MakeWeighted({1, 2, 5}));
  std::vector<InFlight> calls;
  for (int i = 0; i < 800; ++i) calls.emplace_back(fleet.Pick());
  EXPECT_NEAR(fleet.endpoint(0).in_flight(), 100, 1);
  EXPECT_NEAR(fleet.endpoint(1).in_flight(), 200, 1);
  EXPECT_NEAR(fleet.endpoint(2).in_flight(), 500, 1);
}

TEST(LeastRequestTest, SkipsWhatTheCallAvoidsAndScansWhenAllChoicesAreAvoided) {
  Fleet fleet(Policy0(kSampling), MakeEndpoints(4));
  for (int i = 0; i < 50; ++i) {
    EXPECT_EQ(fleet.PickAvoiding({0, 1, 2}), fleet.endpoints()[3]);
    EXPECT_EQ(fleet.PickAvoiding({0, 1, 2, 3}), nullptr);
  }
}

TEST(LeastRequestTest, AFailureHoldsItsPlaceForATypicalLatency) {
  Fleet fleet(Policy0({.failure_hold = 1}), MakeEndpoints(2));
  for (int i = 0; i < 1'000; ++i) fleet.Succeed(1, 100ms);
  fleet.Fail(0, 1ms);
  EXPECT_EQ(fleet.Count(50)[0], 0u);
  fleet.Wait(101ms);
  EXPECT_GT(fleet.Count(50)[0], 10u);
}

TEST(LeastRequestTest, AnEndpointThatFailsFastGetsNoMoreThanItsFairShare) {
  Fleet fleet(Policy0(), MakeEndpoints(4));
  std::vector<std::pair<base::Time, InFlight>> running;
  size_t failed = 0;
  constexpr size_t kCalls = 20'000;
  for (size_t i = 0; i < kCalls; ++i) {
    fleet.Wait(1ms);
    while (!running.empty() && running.front().first <= fleet.clock().Now()) {
      running.front().second.Finish(fleet.picker(),
                                    {AttemptResult::Kind::kSuccess, 20ms, fleet.clock().Now()});
      running.erase(running.begin());
    }
    InFlight call(fleet.Pick());
    if (call.endpoint() == fleet.endpoints()[0]) {
      ++failed;
      call.Finish(fleet.picker(), {AttemptResult::Kind::kFailure, 10us, fleet.clock().Now()});
    } else {
      running.emplace_back(fleet.clock().Now() + 20ms, std::move(call));
    }
  }
  EXPECT_LT(failed, kCalls / 4);
  EXPECT_GT(failed, kCalls / 50);  // it is still tried
}

TEST(LeastRequestTest, ExplainsTheCandidatesAndTheirScores) {
  Fleet fleet(Policy0(), MakeEndpoints(3));
  const auto busy = fleet.Start(0, 2);
  const auto one = fleet.Start(2);
  const Explanation why = fleet.Explain();
  ASSERT_EQ(why.candidates.size(), 3u);
  EXPECT_EQ(why.candidates[0].score, 3);
  EXPECT_EQ(why.candidates[1].score, 1);
  EXPECT_EQ(why.picked, fleet.endpoints()[1]);
}

}  // namespace
}  // namespace evenkeel::balancer
