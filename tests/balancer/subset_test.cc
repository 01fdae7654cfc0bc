#include "balancer/subset.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "tests/balancer/fleet.h"

namespace evenkeel::balancer {
namespace {

std::set<EndpointPtr> SetOf(const std::vector<EndpointPtr>& endpoints) {
  return {endpoints.begin(), endpoints.end()};
}

TEST(SubsetTest, KeepsAllOfASmallSetAndTheOrderOfALargeOne) {
  const auto all = MakeEndpoints(20);
  EXPECT_EQ(Subset(all, 0, 1), all);
  EXPECT_EQ(Subset(all, 20, 1), all);
  const auto some = Subset(all, 5, 1);
  EXPECT_EQ(some.size(), 5u);
  EXPECT_TRUE(std::ranges::is_sorted(some, {}, [&](const EndpointPtr& each) {
    return std::ranges::find(all, each) - all.begin();
  }));
}

TEST(SubsetTest, OneEndpointThatLeavesChangesAtMostOneMember) {
  const auto all = MakeEndpoints(200);
  const auto before = SetOf(Subset(all, 20, 7));
  for (size_t gone = 0; gone < all.size(); ++gone) {
    auto left = all;
    left.erase(left.begin() + static_cast<ptrdiff_t>(gone));
    size_t fresh = 0;
    for (const EndpointPtr& each : Subset(left, 20, 7)) fresh += before.contains(each) ? 0 : 1;
    EXPECT_EQ(fresh, before.contains(all[gone]) ? 1u : 0u);
  }
}

TEST(SubsetTest, ManyProcessesCoverTheFleetEvenly) {
  const auto all = MakeEndpoints(100);
  std::map<EndpointPtr, double> chosen;
  constexpr int kProcesses = 2'000;
  for (uint64_t seed = 0; seed < kProcesses; ++seed) {
    for (const EndpointPtr& each : Subset(all, 10, seed)) ++chosen[each];
  }
  for (const EndpointPtr& each : all) EXPECT_NEAR(chosen[each], 200, 6 * std::sqrt(200));
}

}  // namespace
}  // namespace evenkeel::balancer
