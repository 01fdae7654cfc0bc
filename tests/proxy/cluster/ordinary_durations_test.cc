#include "proxy/cluster/ordinary_durations.h"

#include <gtest/gtest.h>

namespace evenkeel::proxy {
namespace {

using namespace std::chrono_literals;
using telemetry::MethodId;

constexpr MethodId kGet{1};
constexpr MethodId kList{7};
constexpr base::Duration kNone = OrdinaryDurations::kNoDeadline;

TEST(OrdinaryDurations, WhereNothingIsKnownTheLongestDeadlineIsLongEnough) {
  OrdinaryDurations durations;
  EXPECT_TRUE(durations.Missed(kGet, 3ms));
  EXPECT_TRUE(durations.Missed(kGet, 1s));
  EXPECT_TRUE(durations.Missed(kGet, 1s));
}

TEST(OrdinaryDurations, WhatIsTwiceAsLongAsAnyCallTookIsLongEnough) {
  OrdinaryDurations durations;
  EXPECT_TRUE(durations.Answered(kGet, kNone, 10ms));
  EXPECT_TRUE(durations.Missed(kGet, 21ms));
  EXPECT_FALSE(durations.Missed(kGet, 19ms));
}

TEST(OrdinaryDurations, AnswersWithinAShortDeadlineTeachNothing) {
  OrdinaryDurations durations;
  for (int i = 0; i < 20; ++i) durations.Answered(kGet, kNone, 30ms);
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(durations.Answered(kGet, 3ms, 1ms));
  EXPECT_FALSE(durations.Missed(kGet, 20ms));
}

TEST(OrdinaryDurations, WhereAllAreShortTheyAreAllThatIsKnown) {
  OrdinaryDurations durations;
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(durations.Answered(kGet, 3ms, 2900us));
  EXPECT_TRUE(durations.Missed(kGet, 3ms));
  EXPECT_FALSE(durations.Missed(kGet, 1ms));
}

TEST(OrdinaryDurations, EachMethodHasItsOwn) {
  OrdinaryDurations durations;
  durations.Answered(kGet, kNone, 1ms);
  durations.Answered(kList, kNone, 1s);
  EXPECT_TRUE(durations.Missed(kGet, 20ms));
  EXPECT_FALSE(durations.Missed(kList, 20ms));
}

TEST(OrdinaryDurations, MethodsThatAreNotSettledShareNone) {
  OrdinaryDurations durations;
  EXPECT_FALSE(durations.Answered(telemetry::kUnsettledMethod, kNone, 1ms));
  EXPECT_FALSE(durations.Missed(telemetry::kUnsettledMethod, 1h));
}

TEST(OrdinaryDurations, WhatWasOrdinaryIsForgotten) {
  OrdinaryDurations durations;
  for (int i = 0; i < 50; ++i) durations.Answered(kGet, kNone, 1s);
  EXPECT_FALSE(durations.Missed(kGet, 100ms));
  for (int i = 0; i < 1500; ++i) durations.Answered(kGet, kNone, 1ms);
  EXPECT_TRUE(durations.Missed(kGet, 100ms));
}

}  // namespace
}  // namespace evenkeel::proxy
