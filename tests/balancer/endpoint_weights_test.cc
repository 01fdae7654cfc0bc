#include "balancer/endpoint_weights.h"

#include <gtest/gtest.h>

#include "tests/balancer/fleet.h"

namespace evenkeel::balancer {
namespace {

TEST(EndpointWeightsTest, DividesALoadByTheWeight) {
  const EndpointWeights weights(MakeWeighted({1, 2, 4}));
  EXPECT_DOUBLE_EQ(weights.Scale(6, 0), 6);
  EXPECT_DOUBLE_EQ(weights.Scale(6, 1), 3);
  EXPECT_DOUBLE_EQ(weights.Scale(6, 2), 1.5);
}

TEST(EndpointWeightsTest, LeavesALoadAsItIsWhereAllAreEqual) {
  EXPECT_EQ(EndpointWeights(MakeWeighted({4, 4})).Scale(6, 1), 6);
  EXPECT_EQ(EndpointWeights(MakeWeighted({7})).Scale(6, 0), 6);
}

TEST(EndpointWeightsTest, AWeightThatChangesLaterDoesNotCount) {
  const auto endpoints = MakeWeighted({1, 2});
  const EndpointWeights weights(endpoints);
  endpoints[1]->set_weight(10);
  EXPECT_DOUBLE_EQ(weights.Scale(6, 1), 3);
  EXPECT_DOUBLE_EQ(EndpointWeights(endpoints).Scale(6, 1), 0.6);
}

TEST(EndpointWeightsTest, ListsTheWeightsInOrder) {
  EXPECT_EQ(EndpointWeights::Of(MakeWeighted({3, 1'000'000, 1})),
            (std::vector<double>{3, 1'000'000, 1}));
  EXPECT_TRUE(EndpointWeights::Of({}).empty());
}

}  // namespace
}  // namespace evenkeel::balancer
