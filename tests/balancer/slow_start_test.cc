#include "balancer/slow_start.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "tests/balancer/fleet.h"

namespace evenkeel::balancer {
namespace {

using namespace std::chrono_literals;

TEST(SlowStartTest, TheShareFollowsTheFormula) {
  const SlowStart::Settings linear{.window = 10s};
  EXPECT_DOUBLE_EQ(SlowStart::Share(0s, linear), 0.1);
  EXPECT_DOUBLE_EQ(SlowStart::Share(5s, linear), 0.5);
  EXPECT_DOUBLE_EQ(SlowStart::Share(10s, linear), 1);
  const SlowStart::Settings fast{.window = 10s, .aggression = 2};
  EXPECT_DOUBLE_EQ(SlowStart::Share(2500ms, fast), 0.5);
}

TEST(SlowStartTest, TheShareIsNeverBelowTheLeastNorAboveOne) {
  const SlowStart::Settings settings{.window = 10s, .aggression = 0.5, .min_weight = 0.2};
  EXPECT_DOUBLE_EQ(SlowStart::Share(-1s, settings), 0.2);
  EXPECT_DOUBLE_EQ(SlowStart::Share(1s, settings), 0.2);   // 0.01
  EXPECT_DOUBLE_EQ(SlowStart::Share(5s, settings), 0.25);  // 0.5 squared
  EXPECT_DOUBLE_EQ(SlowStart::Share(1h, settings), 1);
}

// Picks the first that is not avoided, and keeps what it is told.
class First final : public Picker {
 public:
  explicit First(std::vector<EndpointPtr> endpoints) : endpoints_(std::move(endpoints)) {}
  EndpointPtr Pick(const CallFacts& call, base::Random&) const override {
    for (const EndpointPtr& each : endpoints_) {
      if (!call.Avoids(*each)) return each;
    }
    return nullptr;
  }
  Explanation Explain(const CallFacts&, base::Random&) const override {
    Explanation why{.policy = "first"};
    for (const EndpointPtr& each : endpoints_) why.candidates.push_back({each, 1});
    return why;
  }
  void Finished(const Endpoint& endpoint, const AttemptResult&) const override {
    told_.push_back("finished " + endpoint.address());
  }
  void Reported(const Endpoint& endpoint, const LoadReport&, base::Time) const override {
    told_.push_back("reported " + endpoint.address());
  }
  mutable std::vector<std::string> told_;

 private:
  const std::vector<EndpointPtr> endpoints_;
};

class SlowStartPickerTest : public testing::Test {
 protected:
  void Make(size_t endpoints) {
    endpoints_ = MakeEndpoints(endpoints);
    first_ = std::make_shared<First>(endpoints_);
    picker_ = SlowStart::Around(first_, {.window = 10s});
  }
  void Warm(size_t number) { endpoints_[number]->set_warming_since(clock_.Now()); }
  // Of 10,000 picks, how many each endpoint gets.
  std::vector<size_t> Count(std::span<const Endpoint* const> avoid = {}) {
    std::vector<size_t> counts(endpoints_.size());
    for (int i = 0; i < 10'000; ++i) {
      const auto picked = picker_->Pick({.path = "", .now = clock_.Now(), .avoid = avoid}, random_);
      ++counts[std::ranges::find(endpoints_, picked) - endpoints_.begin()];
    }
    return counts;
  }

  base::ManualClock clock_;
  base::Random random_{1};
  std::vector<EndpointPtr> endpoints_;
  std::shared_ptr<First> first_;
  std::shared_ptr<const Picker> picker_;
};

TEST_F(SlowStartPickerTest, AWarmingEndpointTakesItsShareOfThePicks) {
  Make(2);
  Warm(0);
  clock_.Advance(3s);
  EXPECT_NEAR(Count()[0], 3'000, 280);
  clock_.Advance(7s);
  EXPECT_EQ(Count()[0], 10'000u);
}

TEST_F(SlowStartPickerTest, WhereAllAreWarmingTheFirstPickStands) {
  Make(2);
  Warm(0);
  Warm(1);
  // Refused at first, and the other as well: 1 - 0.9 x 0.1.
  EXPECT_NEAR(Count()[0], 9'100, 180);
}

TEST_F(SlowStartPickerTest, PicksNothingWhereThePolicyHasNothing) {
  Make(0);
  EXPECT_EQ(picker_->Pick({}, random_), nullptr);
}

TEST_F(SlowStartPickerTest, NeverPicksWhatTheCallAvoids) {
  Make(30);
  Warm(28);
  for (const size_t avoided : {1u, 16u, 28u}) {
    std::vector<const Endpoint*> avoid;
    for (size_t i = 0; i < avoided; ++i) avoid.push_back(endpoints_[28 - avoided + i].get());
    const auto counts = Count(avoid);
    for (size_t i = 28 - avoided; i < 28; ++i) EXPECT_EQ(counts[i], 0u) << avoided;
  }
}

TEST_F(SlowStartPickerTest, ThePolicyHearsOfAllEnds) {
  Make(1);
  InFlight(endpoints_[0]).Finish(*picker_, {});
  picker_->Reported(*endpoints_[0], {}, clock_.Now());
  EXPECT_THAT(first_->told_, testing::ElementsAre("finished 10.0.0.0:1", "reported 10.0.0.0:1"));
}

TEST_F(SlowStartPickerTest, ExplainsWhoIsWarming) {
  Make(2);
  Warm(1);
  clock_.Advance(4s);
  const Explanation why = picker_->Explain({.path = "", .now = clock_.Now()}, random_);
  EXPECT_EQ(why.policy, "first");
  EXPECT_THAT(why.notes, testing::ElementsAre("10.0.0.1:1: slow start, takes 40 % of its picks"));
}

}  // namespace
}  // namespace evenkeel::balancer
