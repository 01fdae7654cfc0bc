#include "balancer/maglev.h"

#include <gtest/gtest.h>

#include <map>
#include <optional>

#include "balancer/hash.h"
#include "tests/balancer/fleet.h"

namespace evenkeel::balancer {
namespace {

// Who has each place of a table of `size`, asked with a key that hashes there.
std::vector<EndpointPtr> TableOf(const std::vector<EndpointPtr>& endpoints, uint32_t size) {
  Fleet fleet(std::make_unique<Maglev>(Maglev::Settings{.table_size = size}), endpoints);
  std::vector<EndpointPtr> places(size);
  size_t unknown = size;
  for (int i = 0; unknown > 0; ++i) {
    const std::string path = "/s/" + std::to_string(i);
    EndpointPtr& place = places[Hash(path) % size];
    if (place != nullptr) continue;
    CallFacts call = fleet.Call();
    call.path = path;
    place = fleet.Pick(call);
    --unknown;
  }
  return places;
}

std::map<EndpointPtr, int> Count(const std::vector<EndpointPtr>& places) {
  std::map<EndpointPtr, int> counts;
  for (const EndpointPtr& each : places) ++counts[each];
  return counts;
}

// Each takes a place in its turn, so nobody has more than one more than another.
TEST(MaglevTest, EqualEndpointsHaveEquallyManyPlaces) {
  for (const size_t number : {1u, 2u, 3u, 10u, 101u}) {
    const auto endpoints = MakeEndpoints(number);
    auto counts = Count(TableOf(endpoints, 101));
    for (const EndpointPtr& each : endpoints) {
      EXPECT_GE(counts[each], static_cast<int>(101 / number));
      EXPECT_LE(counts[each], static_cast<int>(101 / number) + 1);
    }
  }
}

TEST(MaglevTest, AnEndpointHasPlacesInProportionToItsWeight) {
  const auto endpoints = MakeWeighted({1, 2, 7});
  auto counts = Count(TableOf(endpoints, 1'009));
  EXPECT_NEAR(counts[endpoints[0]], 100.9, 2);
  EXPECT_NEAR(counts[endpoints[1]], 201.8, 2);
  EXPECT_NEAR(counts[endpoints[2]], 706.3, 2);
}

TEST(MaglevTest, TheSmallestTableHasAPlaceForOne) {
  const auto endpoints = MakeEndpoints(1);
  EXPECT_EQ(TableOf(endpoints, 2), (std::vector<EndpointPtr>{endpoints[0], endpoints[0]}));
}

// The first who takes a turn has the place its address hashes to, the paper's offset.
TEST(MaglevTest, AnEndpointStartsAtItsOffset) {
  const auto endpoints = MakeEndpoints(5);
  EXPECT_EQ(TableOf(endpoints, 1'009)[Hash(endpoints[0]->address(), 0) % 1'009], endpoints[0]);
}

}  // namespace
}  // namespace evenkeel::balancer
