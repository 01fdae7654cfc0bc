#include "lib/rpc/field_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace evenkeel::rpc {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;
using Fields = std::vector<std::pair<std::string, std::string>>;

http2::HeaderList ListOf(const Fields& fields) {
  http2::HeaderList list;
  for (const auto& [name, value] : fields) list.Add(name, value);
  return list;
}

/// What is wrong with the fields; "" for nothing.
std::string Wrong(const Fields& fields) {
  http2::HeaderList list = ListOf(fields);
  const auto applied = ApplyFieldRules(list);
  return applied ? "" : applied.error();
}

/// The fields as they go on.
Fields Applied(const Fields& fields) {
  http2::HeaderList list = ListOf(fields);
  EXPECT_TRUE(ApplyFieldRules(list));
  Fields result;
  for (const http2::HeaderField each : list) result.emplace_back(each.name, each.value);
  return result;
}

TEST(FieldRulesTest, Base64IsGoodWithItsPaddingOrWithout) {
  for (const char* value : {"", "AA", "AA==", "AAA", "AAA=", "AAAA", "+/9z", "AAECAwQFBgc="}) {
    EXPECT_EQ(Wrong({{"x-bin", value}}), "") << value;
  }
}

TEST(FieldRulesTest, AllElseIsNone) {
  for (const char* value : {"A", "AAAAA", "not base64!", "-_9z", "AA=", "A===", "AA==AA==", "AAA==",
                            "=", "AB", "AAB=", "AA==,%", "\xff\xff", "A A="}) {
    EXPECT_EQ(Wrong({{"x-bin", value}}), "a value of x-bin that is not base64") << value;
  }
}

TEST(FieldRulesTest, OtherNamesMayHoldAnything) {
  EXPECT_EQ(Wrong({{"x-binary", "%"}, {"bin", "%"}, {"x-text", "a,b"}, {"x-text", "c"}}), "");
}

TEST(FieldRulesTest, JoinedValuesGetAFieldEach) {
  EXPECT_THAT(
      Applied({{"a", "1,2"}, {"x-bin", "AQ, AgM=,,BA"}, {"y-bin", "AQ,"}, {"z", "3"}}),
      ElementsAre(Pair("a", "1,2"), Pair("x-bin", "AQ"), Pair("x-bin", "AgM="), Pair("x-bin", ""),
                  Pair("x-bin", "BA"), Pair("y-bin", "AQ"), Pair("y-bin", ""), Pair("z", "3")));
}

// Each value repeats its field's name: 64 KiB could stand for a gigabyte.
TEST(FieldRulesTest, JoinedValuesThatWouldFillMoreThanTheListAreRefused) {
  const std::string name = std::string(1000, 'a') + "-bin";
  EXPECT_EQ(Wrong({{name, "AQ,AQ,AQ"}}), "");
  EXPECT_EQ(Wrong({{name, std::string(100, ',')}}),
            "too many values joined in " + std::string(64, 'a'));
}

TEST(FieldRulesTest, FieldsThatAreTakenApartKeepWhatIsToBeKnownOfThem) {
  http2::HeaderList list;
  list.set_limit(100);
  list.AddWithinLimit("x-bin", "AQ,AQ", http2::Indexing::kNever);
  list.AddWithinLimit("x-large", std::string(100, 'x'), http2::Indexing::kAllowed);
  ASSERT_TRUE(ApplyFieldRules(list));
  ASSERT_EQ(list.size(), 2u);
  EXPECT_EQ(list[1].indexing, http2::Indexing::kNever);
  EXPECT_TRUE(list.truncated());
}

TEST(FieldRulesTest, WhatGrpcKnowsOnceIsThereOnce) {
  for (const char* name : {"content-type", "grpc-timeout", "grpc-status", "grpc-encoding"}) {
    EXPECT_EQ(Wrong({{name, "1"}}), "");
    EXPECT_EQ(Wrong({{name, "1"}, {"x", "y"}, {name, "1"}}), "more than one " + std::string(name));
  }
  EXPECT_EQ(Wrong({{"x-bin", "AQ"}, {"x-bin", "AQ"}, {"te", "trailers"}}), "");
}

}  // namespace
}  // namespace evenkeel::rpc
