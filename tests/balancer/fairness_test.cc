#include "balancer/fairness.h"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

namespace evenkeel::balancer {
namespace {

class FairnessTest : public ::testing::Test {
 protected:
  void Add(uint32_t weight = 1) {
    endpoints_.push_back(std::make_shared<Endpoint>("e", EndpointTraits{.weight = weight}));
  }
  void Load(size_t endpoint, int attempts) {
    for (int i = 0; i < attempts; ++i) tokens_.emplace_back(endpoints_[endpoint]);
  }
  void Idle() { tokens_.clear(); }

  std::vector<EndpointPtr> endpoints_;
  std::vector<InFlight> tokens_;
  Fairness fairness_;
};

TEST_F(FairnessTest, IsOneBeforeTheFirstSampleAndWhileIdle) {
  EXPECT_EQ(fairness_.value(), 1);
  Add();
  fairness_.Sample(endpoints_);
  fairness_.Sample({});
  EXPECT_EQ(fairness_.value(), 1);
}

TEST_F(FairnessTest, IsOneWhenAllCarryTheSame) {
  for (size_t i = 0; i < 3; ++i) {
    Add();
    Load(i, 4);
  }
  fairness_.Sample(endpoints_);
  EXPECT_EQ(fairness_.value(), 1);
}

TEST_F(FairnessTest, IsTheNumberOfEndpointsWhenOneCarriesAll) {
  for (int i = 0; i < 3; ++i) Add();
  Load(0, 6);
  fairness_.Sample(endpoints_);
  EXPECT_EQ(fairness_.value(), 3);
}

TEST_F(FairnessTest, ComparesLoadByWeight) {
  Add(3);
  Add(1);
  Load(0, 6);
  Load(1, 2);
  fairness_.Sample(endpoints_);
  EXPECT_EQ(fairness_.value(), 1);
}

TEST_F(FairnessTest, ForgetsWhatHasLeftTheWindow) {
  Add();
  Add();
  Load(0, 5);
  fairness_.Sample(endpoints_);
  Idle();
  Load(0, 1);
  Load(1, 1);
  for (size_t i = 0; i < Fairness::kWindow; ++i) fairness_.Sample(endpoints_);
  EXPECT_EQ(fairness_.value(), 1);
}

TEST_F(FairnessTest, IsOneForALightLoadThatIsEven) {
  for (int i = 0; i < 3; ++i) Add();
  // One call at a time, to each endpoint in turn; most samples find no call at all.
  for (size_t i = 0; i < Fairness::kWindow; ++i) {
    Load(i % 3, 1);
    if (i % 4 != 0) Idle();
    fairness_.Sample(endpoints_);
    Idle();
  }
  EXPECT_NEAR(fairness_.value(), 1, 0.1);
}

TEST_F(FairnessTest, SeesALightLoadThatLiesOnOneEndpoint) {
  for (int i = 0; i < 3; ++i) Add();
  for (size_t i = 0; i < Fairness::kWindow; ++i) {
    Load(0, 1);
    Idle();
    fairness_.Sample(endpoints_);
  }
  EXPECT_EQ(fairness_.value(), 3);
}

TEST_F(FairnessTest, MakesNothingOfAFewCalls) {
  for (int i = 0; i < 3; ++i) Add();
  fairness_.Sample(endpoints_);
  Load(1, 1);
  fairness_.Sample(endpoints_);
  EXPECT_EQ(fairness_.value(), 1);
}

TEST_F(FairnessTest, ComparesEndpointsOverTheTimeTheyWereEligible) {
  Add();
  Add();
  Load(0, 4);
  Load(1, 4);
  for (int i = 0; i < 10; ++i) fairness_.Sample({&endpoints_[0], 1});
  for (int i = 0; i < 10; ++i) fairness_.Sample(endpoints_);
  EXPECT_EQ(fairness_.value(), 1);
}

}  // namespace
}  // namespace evenkeel::balancer
