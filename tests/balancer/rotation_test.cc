#include "balancer/rotation.h"

#include <gtest/gtest.h>

#include "tests/balancer/fleet.h"

namespace evenkeel::balancer {
namespace {

class RotationTest : public testing::Test {
 protected:
  Rotation Make(std::vector<EndpointPtr> endpoints) {
    std::vector<double> weights;
    for (const EndpointPtr& each : endpoints) weights.push_back(each->weight());
    return {std::move(endpoints), std::move(weights), tickets_};
  }

  Tickets tickets_ = std::make_shared<std::atomic<uint64_t>>(0);
};

TEST_F(RotationTest, TheNextScheduleGoesOnWithTheTickets) {
  const auto endpoints = MakeEndpoints(3);
  const Rotation first = Make(endpoints);
  EXPECT_EQ(first.Next({}), endpoints[0]);
  EXPECT_EQ(first.Next({}), endpoints[1]);
  const Rotation second = Make(endpoints);
  EXPECT_EQ(second.Next({}), endpoints[2]);
  EXPECT_EQ(first.Next({}), endpoints[0]);
  EXPECT_EQ(*tickets_, 4u);
}

TEST_F(RotationTest, OfNoneItHasNoneAndTakesNoTicket) {
  EXPECT_EQ(Make({}).Next({}), nullptr);
  EXPECT_EQ(*tickets_, 0u);
}

// Tickets go round: at their end nobody is left out.
TEST_F(RotationTest, GoesOnWhereTicketsWrap) {
  *tickets_ = UINT64_MAX - 3;
  const auto endpoints = MakeEndpoints(2);
  const Rotation rotation = Make(endpoints);
  std::map<EndpointPtr, int> counts;
  for (int i = 0; i < 8; ++i) ++counts[rotation.Next({})];
  EXPECT_EQ(counts[endpoints[0]], 4);
}

// Its turn may be a million tickets away.
TEST_F(RotationTest, FindsALightEndpointWhereAllOthersAreAvoided) {
  const auto endpoints = MakeWeighted({1'000'000, 1, 1'000'000});
  const Endpoint* const avoid[] = {endpoints[0].get(), endpoints[2].get()};
  const Rotation rotation = Make(endpoints);
  for (int i = 0; i < 100; ++i)
    EXPECT_EQ(rotation.Next({.path = "", .avoid = avoid}), endpoints[1]);
  const Endpoint* const all[] = {endpoints[0].get(), endpoints[1].get(), endpoints[2].get()};
  EXPECT_EQ(rotation.Next({.path = "", .avoid = all}), nullptr);
}

TEST_F(RotationTest, ExplainsWithoutATicketWhatNextWouldGive) {
  const auto endpoints = MakeWeighted({3, 1, 2});
  const Endpoint* const avoid[] = {endpoints[0].get()};
  const Rotation rotation = Make(endpoints);
  for (const CallFacts& call : {CallFacts{}, CallFacts{.path = "", .avoid = avoid}}) {
    for (int i = 0; i < 12; ++i) {
      Explanation why;
      rotation.Explain(call, why);
      EXPECT_EQ(why.candidates.size(), call.avoid.empty() ? 3u : 2u);
      EXPECT_EQ(why.candidates.back().score, 2);
      EXPECT_EQ(why.picked, rotation.Next(call));
    }
  }
}

}  // namespace
}  // namespace evenkeel::balancer
