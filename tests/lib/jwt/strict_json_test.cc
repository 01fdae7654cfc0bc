#include "lib/jwt/strict_json.h"

#include <gtest/gtest.h>

#include <string>

namespace evenkeel::jwt {
namespace {

TEST(StrictJsonTest, ReadsAnObject) {
  const auto read = ParseStrictly(R"({"a": {"x": 1}, "b": [{"x": 1}, {"x": 2}], "c": "text"})");
  ASSERT_TRUE(read);
  EXPECT_EQ(TextIn(*read, "c"), "text");
  EXPECT_EQ(TextIn(*read, "a"), std::nullopt);
  EXPECT_EQ(TextIn(*read, "d"), std::nullopt);
}

TEST(StrictJsonTest, RefusesWhatHasTwoReadings) {
  for (const char* each : {"", "[]", "1", "{", R"({"a": 1, "a": 1})", R"({"a": {"b": 1, "b": 2}})",
                           R"({"a": [{"b": 1, "b": 2}]})", R"({"a": 1} x)", R"({"a": 1e999})",
                           R"({"a": NaN})", R"({"a": 1,})", "{\"a\": \"\xff\"}"}) {
    EXPECT_FALSE(ParseStrictly(each)) << each;
  }
}

TEST(StrictJsonTest, RefusesWhatIsDeep) {
  const auto nested = [](size_t levels) {
    return "{\"a\": " + std::string(levels, '[') + std::string(levels, ']') + "}";
  };
  EXPECT_TRUE(ParseStrictly(nested(10)));
  EXPECT_FALSE(ParseStrictly(nested(1000)));
}

}  // namespace
}  // namespace evenkeel::jwt
