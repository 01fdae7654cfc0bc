#include "lib/config/suggestion.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace evenkeel::config {
namespace {

const std::vector<std::string> kKeys = {"address", "cluster", "routes", "http2", "connect_timeout"};

TEST(ClosestTest, FindsOneLetterTooManyTooFewOrWrong) {
  EXPECT_EQ(Closest("addresss", kKeys), "address");
  EXPECT_EQ(Closest("addres", kKeys), "address");
  EXPECT_EQ(Closest("clusler", kKeys), "cluster");
}

TEST(ClosestTest, CountsSwappedNeighboursAsOneSlip) { EXPECT_EQ(Closest("htpt2", kKeys), "http2"); }

TEST(ClosestTest, IgnoresCaseAndTheKindOfDash) {
  EXPECT_EQ(Closest("Connect-Timeout", kKeys), "connect_timeout");
  EXPECT_EQ(Closest("connectTimeout", kKeys), "connect_timeout");
}

TEST(ClosestTest, FindsNothingWhenAThirdOfTheLettersIsWrong) {
  EXPECT_EQ(Closest("timeout", kKeys), "");
  EXPECT_EQ(Closest("x", kKeys), "");
  EXPECT_EQ(Closest("", kKeys), "");
}

TEST(ClosestTest, PrefersTheClosestOfSeveral) {
  const std::vector<std::string> names = {"users-1", "users-2", "user-2"};
  EXPECT_EQ(Closest("user-2", names), "user-2");
  EXPECT_EQ(Closest("users2", names), "users-2");
}

TEST(ClosestTest, TakesNoTimeForEndlessNames) {
  EXPECT_EQ(Closest(std::string(1 << 20, 'a'), kKeys), "");
  EXPECT_EQ(Closest("address", std::vector{std::string(1 << 20, 'a')}), "");
}

TEST(SuggestTest, AsksWhenOneIsClose) {
  EXPECT_EQ(Suggest("adress", kKeys, "keys"), "did you mean \"address\"?");
}

TEST(SuggestTest, ListsAllWhenNoneIsClose) {
  EXPECT_EQ(Suggest("timeout", kKeys, "keys"),
            "known keys: address, cluster, routes, http2, connect_timeout");
}

TEST(SuggestTest, ListsTheFirstOfVeryMany) {
  const std::vector<std::string> names(30, "somewhere");
  EXPECT_TRUE(Suggest("x", names, "clusters").ends_with("somewhere, …"));
  EXPECT_LT(Suggest("x", names, "clusters").size(), 300U);
}

TEST(SuggestTest, SaysWhenThereIsNothingToKnow) {
  EXPECT_EQ(Suggest("x", {}, "keys"), "there are no keys");
}

}  // namespace
}  // namespace evenkeel::config
