#include "balancer/hash_walk.h"

#include <gtest/gtest.h>

#include "tests/balancer/fleet.h"

namespace evenkeel::balancer {
namespace {

// A way past these endpoints, begun at `start` whatever the hash.
struct Way {
  std::vector<size_t> indices;
  size_t start = 0;
  size_t size() const { return indices.size(); }
  size_t Find(uint64_t) const { return start; }
  size_t At(size_t position) const { return indices[position]; }
};

class HashWalkTest : public testing::Test {
 protected:
  HashWalk<Way> Walk(Way way, double max_load_factor = 0) {
    return {endpoints_, std::move(way), {HashInput::Kind::kMetadata, "x-user"}, max_load_factor};
  }
  EndpointPtr Pick(const HashWalk<Way>& walk, const std::vector<size_t>& avoided = {}) {
    std::vector<const Endpoint*> avoid;
    for (const size_t each : avoided) avoid.push_back(endpoints_[each].get());
    return walk.Pick({.path = "", .avoid = avoid, .hash_key = "ann"}, random_);
  }
  void Fill(size_t number, size_t calls) {
    for (size_t i = 0; i < calls; ++i) calls_.emplace_back(endpoints_[number]);
  }

  base::Random random_{1};
  std::vector<EndpointPtr> endpoints_ = MakeEndpoints(3);
  std::vector<InFlight> calls_;
};

TEST_F(HashWalkTest, TakesTheEndpointAtTheHash) {
  EXPECT_EQ(Pick(Walk({{2, 0, 1}, 0})), endpoints_[2]);
  EXPECT_EQ(Pick(Walk({{2, 0, 1}, 2})), endpoints_[1]);
}

TEST_F(HashWalkTest, GoesOnPastWhatIsAvoidedAndRoundTheEnd) {
  EXPECT_EQ(Pick(Walk({{2, 0, 1}, 2}), {1}), endpoints_[2]);
  EXPECT_EQ(Pick(Walk({{2, 0, 1}, 2}), {1, 2}), endpoints_[0]);
  EXPECT_EQ(Pick(Walk({{2, 0, 1}, 2}), {0, 1, 2}), nullptr);
}

TEST_F(HashWalkTest, GoesOnPastWhatIsFull) {
  // Six calls and the one to come: 7 / 3 x 1.2 is 2.8, so three is full.
  Fill(0, 3);
  Fill(1, 3);
  EXPECT_EQ(Pick(Walk({{0, 1, 2}, 0}, 1.2)), endpoints_[2]);
  EXPECT_EQ(Pick(Walk({{0, 1, 2}, 0}, 0)), endpoints_[0]);
}

TEST_F(HashWalkTest, DrawsWhereTheWayHasNobodyWithRoom) {
  Fill(1, 9);
  for (int i = 0; i < 20; ++i) {
    const EndpointPtr drawn = Pick(Walk({{1, 1}, 0}, 1.2));
    ASSERT_NE(drawn, nullptr);
    EXPECT_EQ(Pick(Walk({{1, 1}, 0}, 1.2), {0, 1}), endpoints_[2]);
  }
}

TEST_F(HashWalkTest, WithoutAKeyItDrawsByWeight) {
  endpoints_[1]->set_weight(2);
  const auto walk = Walk({{0, 0, 0}, 0});
  std::map<EndpointPtr, int> counts;
  for (int i = 0; i < 4'000; ++i) ++counts[walk.Pick({}, random_)];
  EXPECT_NEAR(counts[endpoints_[1]], 2'000, 200);
}

TEST_F(HashWalkTest, PicksNothingFromNothing) {
  endpoints_.clear();
  EXPECT_EQ(Pick(Walk({})), nullptr);
}

TEST_F(HashWalkTest, ExplainsTheWayAndCountsNeighboursOnce) {
  Fill(2, 4);
  const auto walk = Walk({{2, 2, 0, 1}, 0}, 1.2);
  const Explanation why = walk.Explain({.path = "", .hash_key = "ann"}, random_, "ring_hash");
  EXPECT_EQ(why.policy, "ring_hash");
  ASSERT_EQ(why.candidates.size(), 2u);
  EXPECT_EQ(why.candidates[0].endpoint, endpoints_[2]);
  EXPECT_EQ(why.candidates[0].score, 4);
  EXPECT_EQ(why.picked, endpoints_[0]);
  EXPECT_TRUE(why.notes.empty());
  EXPECT_EQ(walk.Explain({}, random_, "ring_hash").notes,
            (std::vector<std::string>{"the call has nothing to hash: random"}));
}

}  // namespace
}  // namespace evenkeel::balancer
