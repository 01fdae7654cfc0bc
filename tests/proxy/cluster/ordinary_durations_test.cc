#include "proxy/cluster/ordinary_durations.h"

#include <gtest/gtest.h>

namespace evenkeel::proxy {
namespace {

using namespace std::chrono_literals;
using telemetry::MethodId;

constexpr MethodId kGet{1};
constexpr MethodId kList{7};

class OrdinaryDurationsTest : public ::testing::Test {
 protected:
  void Answered(MethodId method, base::Duration duration, int times) {
    for (int i = 0; i < times; ++i) durations_.Answered(method, duration);
  }

  bool IsTooShort(MethodId method, base::Duration duration,
                  rpc::Cause cause = rpc::Cause::kDeadline) const {
    return durations_.IsTooShort(
        method, {rpc::StatusCode::kDeadlineExceeded, rpc::Origin::kProxy, duration, cause});
  }

  OrdinaryDurations durations_;
};

TEST_F(OrdinaryDurationsTest, AMethodOfWhichNoCallWasAnsweredHasNone) {
  Answered(kList, 1ms, 1);
  EXPECT_TRUE(IsTooShort(kGet, 1h));
  EXPECT_TRUE(IsTooShort(MethodId{1000}, 1h));
}

TEST_F(OrdinaryDurationsTest, MethodsThatAreNotSettledShareNone) {
  Answered(telemetry::kUnsettledMethod, 1ms, 5);
  EXPECT_TRUE(IsTooShort(telemetry::kUnsettledMethod, 1h));
}

TEST_F(OrdinaryDurationsTest, WhereTheEndpointHadNoRoomTheDeadlineSaysSomethingUntilMoreIsKnown) {
  EXPECT_FALSE(IsTooShort(kGet, 50ms, rpc::Cause::kNoRoom));
  Answered(kGet, 1s, 1);
  EXPECT_TRUE(IsTooShort(kGet, 50ms, rpc::Cause::kNoRoom));
}

TEST_F(OrdinaryDurationsTest, OnlyDeadlinesAreTooShort) {
  EXPECT_FALSE(IsTooShort(kGet, 50ms, rpc::Cause::kReset));
  EXPECT_FALSE(IsTooShort(kGet, 50ms, rpc::Cause::kTryTimeout));
}

TEST_F(OrdinaryDurationsTest, OneAnswerIsEnough) {
  Answered(kGet, 10ms, 1);
  EXPECT_FALSE(IsTooShort(kGet, 21ms));
  EXPECT_TRUE(IsTooShort(kGet, 9ms));
}

TEST_F(OrdinaryDurationsTest, EachMethodHasItsOwn) {
  Answered(kGet, 1ms, 10);
  Answered(kList, 1s, 10);
  EXPECT_FALSE(IsTooShort(kGet, 20ms));
  EXPECT_TRUE(IsTooShort(kList, 20ms));
}

TEST_F(OrdinaryDurationsTest, WhereDurationsVaryMoreTimeIsOrdinary) {
  for (int i = 0; i < 50; ++i) Answered(kGet, i % 2 == 0 ? 10ms : 90ms, 1);
  EXPECT_TRUE(IsTooShort(kGet, 60ms));
  EXPECT_FALSE(IsTooShort(kGet, 200ms));
}

TEST_F(OrdinaryDurationsTest, WhatWasOrdinaryIsForgotten) {
  Answered(kGet, 1s, 50);
  Answered(kGet, 1ms, 200);
  EXPECT_FALSE(IsTooShort(kGet, 20ms));
}

}  // namespace
}  // namespace evenkeel::proxy
