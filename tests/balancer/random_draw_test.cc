#include "balancer/random_draw.h"

#include <gtest/gtest.h>

#include "tests/balancer/fleet.h"

namespace evenkeel::balancer {
namespace {

class RandomDrawTest : public testing::Test {
 protected:
  std::map<EndpointPtr, int> Count(int draws, const std::vector<EndpointPtr>& avoided = {}) {
    std::vector<const Endpoint*> avoid;
    for (const EndpointPtr& each : avoided) avoid.push_back(each.get());
    const RandomDraw draw(endpoints_);
    std::map<EndpointPtr, int> counts;
    for (int i = 0; i < draws; ++i)
      ++counts[draw.Draw(endpoints_, {.path = "", .avoid = avoid}, random_)];
    return counts;
  }

  base::Random random_{1};
  std::vector<EndpointPtr> endpoints_;
};

TEST_F(RandomDrawTest, DrawsByWeight) {
  endpoints_ = MakeWeighted({1, 2, 5});
  auto counts = Count(16'000);
  EXPECT_NEAR(counts[endpoints_[0]], 2'000, 250);
  EXPECT_NEAR(counts[endpoints_[1]], 4'000, 330);
  EXPECT_NEAR(counts[endpoints_[2]], 10'000, 370);
}

TEST_F(RandomDrawTest, WithoutWhatIsAvoidedTheOthersKeepTheirProportion) {
  endpoints_ = MakeWeighted({1, 2, 5});
  auto counts = Count(9'000, {endpoints_[2]});
  EXPECT_EQ(counts[endpoints_[2]], 0);
  EXPECT_NEAR(counts[endpoints_[0]], 3'000, 300);
}

// Chance alone would hardly find it in a few draws.
TEST_F(RandomDrawTest, FindsTheOnlyOneThatIsNotAvoided) {
  endpoints_ = MakeEndpoints(500);
  endpoints_[0]->set_weight(1'000'000);
  auto avoided = endpoints_;
  avoided.erase(avoided.begin() + 321);
  EXPECT_EQ(Count(20, avoided)[endpoints_[321]], 20);
  EXPECT_EQ(Count(20, endpoints_)[nullptr], 20);
}

TEST_F(RandomDrawTest, DrawsNothingFromNothing) { EXPECT_EQ(Count(5)[nullptr], 5); }

}  // namespace
}  // namespace evenkeel::balancer
