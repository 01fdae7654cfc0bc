#include "lib/trace/trace_state.h"

#include <gtest/gtest.h>

namespace evenkeel::trace {
namespace {

http2::HeaderList States(std::initializer_list<std::string> values) {
  http2::HeaderList headers;
  for (const std::string& each : values) headers.Add("tracestate", each);
  return headers;
}

std::string Members(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += (i == 0 ? "a" : ",a") + std::to_string(i) + "=1";
  return text;
}

TEST(TraceStateTest, SeveralHeadersJoinInOrder) {
  EXPECT_EQ(JoinTraceState(States({})), "");
  EXPECT_EQ(JoinTraceState(States({"a=1", "b=2,c=3"})), "a=1,b=2,c=3");
}

TEST(TraceStateTest, EmptyMembersAndSpacesAreNone) {
  EXPECT_EQ(JoinTraceState(States({" a=1 ,, \t,b=2,", ""})), "a=1,b=2");
}

TEST(TraceStateTest, TakesKeysOfTenantsAndValuesWithSpaces) {
  EXPECT_EQ(JoinTraceState(States({"t61rcwkgmze@rojo=x y,0a_-*/=1"})),
            "t61rcwkgmze@rojo=x y,0a_-*/=1");
}

TEST(TraceStateTest, ABadListIsDropped) {
  for (const std::string& each :
       {std::string("a"), std::string("=1"), std::string("A=1"), std::string("a=1=2"),
        std::string("a="), std::string("a b=1"), std::string("a=\x7f"), std::string("a=1,b"),
        std::string(257, 'a') + "=1", "a=" + std::string(257, '1')}) {
    EXPECT_EQ(JoinTraceState(States({each})), std::nullopt) << each;
  }
}

TEST(TraceStateTest, HasThirtyTwoMembersAtMost) {
  EXPECT_EQ(JoinTraceState(States({Members(32)})), Members(32));
  EXPECT_EQ(JoinTraceState(States({Members(33)})), std::nullopt);
  EXPECT_EQ(JoinTraceState(States({Members(32), "b=1"})), std::nullopt);
}

TEST(TraceStateTest, TellsTheRandomnessOfOt) {
  EXPECT_EQ(ExplicitRandomness("a=1,ot=th:c;rv:0123456789abcd"), 0x0123456789abcd);
  EXPECT_EQ(ExplicitRandomness("ot=rv:0123456789abc"), std::nullopt);
  EXPECT_EQ(ExplicitRandomness("ot=rv:0123456789abcx"), std::nullopt);
  EXPECT_EQ(ExplicitRandomness("a=rv:0123456789abcd"), std::nullopt);
}

TEST(TraceStateTest, TheThresholdStandsOnTheLeft) {
  EXPECT_EQ(WithThreshold("", "c"), "ot=th:c");
  EXPECT_EQ(WithThreshold("a=1,b=2", "c"), "ot=th:c,a=1,b=2");
}

TEST(TraceStateTest, OtherSubKeysOfOtStay) {
  EXPECT_EQ(WithThreshold("a=1,ot=p:8;th:0;rv:0123456789abcd,b=2", "c"),
            "ot=th:c;p:8;rv:0123456789abcd,a=1,b=2");
  const std::string long_part = "x:" + std::string(250, 'y');
  EXPECT_EQ(WithThreshold("ot=" + long_part, "c"), "ot=th:c");
}

TEST(TraceStateTest, WhatIsTooLongLosesLargeMembersFirst) {
  const std::string large = "large=" + std::string(200, 'x');
  const std::string small = "small=" + std::string(100, 'x');
  EXPECT_EQ(WithThreshold(small + "," + large + "," + large + ",z=1", "c"),
            "ot=th:c," + small + "," + large + ",z=1");
  std::string many;
  for (int i = 0; i < 6; ++i) many += (i == 0 ? "m" : ",m") + std::to_string(i) + small.substr(5);
  const std::string kept = WithThreshold(many, "c");
  EXPECT_LE(kept.size(), 512u);
  EXPECT_EQ(kept, ("ot=th:c," + many).substr(0, kept.size()));
}

TEST(TraceStateTest, WhatHasTooManyLosesTheLast) {
  EXPECT_EQ(WithThreshold(Members(32), "c"), "ot=th:c," + Members(31));
}

}  // namespace
}  // namespace evenkeel::trace
