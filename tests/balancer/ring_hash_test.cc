#include "balancer/ring_hash.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "balancer/hash.h"
#include "tests/balancer/fleet.h"

namespace evenkeel::balancer {
namespace {

// Who takes calls at each hash, by what A42 says: `places` of "address_number" for each endpoint.
EndpointPtr OnRing(const std::vector<EndpointPtr>& endpoints, const std::vector<size_t>& places,
                   std::string_view path) {
  std::map<uint64_t, EndpointPtr> ring;
  for (size_t i = 0; i < endpoints.size(); ++i) {
    for (size_t number = 0; number < places[i]; ++number) {
      ring[Hash(endpoints[i]->address() + "_" + std::to_string(number))] = endpoints[i];
    }
  }
  const auto found = ring.lower_bound(Hash(path));
  return found == ring.end() ? ring.begin()->second : found->second;
}

struct RingCase {
  std::vector<uint32_t> weights;
  RingHash::Settings settings;
  std::vector<size_t> places;
};

TEST(RingHashTest, EndpointsHavePlacesByWeightAndTheNextOneTakesTheCall) {
  for (const RingCase& each : {
           RingCase{{1}, {.min_ring_size = 1, .max_ring_size = 1}, {1}},
           {{1, 1}, {.min_ring_size = 8, .max_ring_size = 64}, {4, 4}},
           {{1, 1, 1}, {.min_ring_size = 9, .max_ring_size = 64}, {4, 4, 4}},  // 3, to a power of 2
           {{1, 2}, {.min_ring_size = 6, .max_ring_size = 64}, {2, 4}},
           {{1, 3}, {.min_ring_size = 1024, .max_ring_size = 8}, {2, 6}},
           {{1, 1, 1, 1}, {.min_ring_size = 1, .max_ring_size = 2}, {1, 1, 1, 1}},
       }) {
    Fleet fleet(std::make_unique<RingHash>(each.settings), MakeWeighted(each.weights));
    for (int i = 0; i < 500; ++i) {
      const std::string path = "/s/" + std::to_string(i);
      CallFacts call = fleet.Call();
      call.path = path;
      ASSERT_EQ(fleet.Pick(call), OnRing(fleet.endpoints(), each.places, path)) << path;
    }
  }
}

TEST(RingHashTest, HasAPlaceForEachEndpointOfALargeSet) {
  Fleet fleet(std::make_unique<RingHash>(RingHash::Settings{.max_ring_size = 1024}),
              MakeEndpoints(5'000));
  std::map<EndpointPtr, size_t> counts;
  for (int i = 0; i < 200'000; ++i) {
    const std::string path = "/s/" + std::to_string(i);
    CallFacts call = fleet.Call();
    call.path = path;
    ++counts[fleet.Pick(call)];
  }
  EXPECT_GT(counts.size(), 4'700u);
}

}  // namespace
}  // namespace evenkeel::balancer
