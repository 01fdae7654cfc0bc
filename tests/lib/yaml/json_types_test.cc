#include "lib/yaml/json_types.h"

#include <gmock/gmock.h>

#include "tests/lib/yaml/read_key.h"

namespace evenkeel::config {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(JsonDurationTest, IsSecondsWithUpToNineDecimals) {
  for (const auto& [text, value] :
       std::vector<std::pair<std::string, base::Duration>>{{"3s", 3s},
                                                           {"1.5s", 1500ms},
                                                           {"0.000000001s", 1ns},
                                                           {"00.10s", 100ms},
                                                           {"315576000s", 315'576'000s}}) {
    base::Duration out{};
    EXPECT_EQ(Read(JsonDuration(), "\"" + text + "\"", out), "") << text;
    EXPECT_EQ(out, value) << text;
  }
}

TEST(JsonDurationTest, AnythingElseIsNone) {
  for (const char* text : {"3", "1.s", ".5s", "-1s", "+1s", "1e3s", "0.0000000001s", "s", "1ms",
                           " 1s", "1 s", "1.-5s", "315576001s", "99999999999999999999s"}) {
    base::Duration out{7};
    EXPECT_THAT(Read(JsonDuration(), "\"" + std::string(text) + "\"", out),
                HasSubstr("is no duration; write seconds and an s in quotes"))
        << text;
    EXPECT_EQ(out, base::Duration{7});
  }
}

TEST(JsonDurationTest, ZeroIsForThoseWhoSaySo) {
  std::optional<base::Duration> out;
  EXPECT_THAT(Read(JsonDuration(), "\"0s\"", out), HasSubstr("is not above 0"));
  EXPECT_FALSE(out);
  EXPECT_EQ(Read(JsonDuration(JsonDuration::Zero::kAllowed), "\"0.0s\"", out), "");
  EXPECT_EQ(out, 0s);
}

TEST(JsonNumberTest, IsANumberWithinItsRangeAlsoInQuotes) {
  const JsonNumber<WholeNumberUnit> type(2, 9, "an integer from 2 to 9");
  uint32_t out = 5;
  EXPECT_EQ(Read(type, "2", out), "");
  EXPECT_EQ(out, 2u);
  EXPECT_EQ(Read(type, "\"9\"", out), "");
  EXPECT_EQ(out, 9u);
  for (const char* text : {"1", "10", "2.5", "\"\"", "x"}) {
    EXPECT_THAT(Read(type, text, out), HasSubstr("is not an integer from 2 to 9")) << text;
  }
  EXPECT_EQ(out, 9u);
}

TEST(JsonCodesTest, AreNumbersOrNamesInAnyCase) {
  std::vector<std::string> codes = {"INTERNAL"};
  EXPECT_EQ(Read(JsonCodes(), "[\"UNAVAILABLE\", \"Aborted\", 8, 16, \"1\"]", codes), "");
  EXPECT_THAT(codes, ElementsAre("UNAVAILABLE", "ABORTED", "RESOURCE_EXHAUSTED", "UNAUTHENTICATED",
                                 "CANCELLED"));
}

TEST(JsonCodesTest, AreThoseThatACallCanFailWith) {
  for (const char* text : {"[0]", "[17]", "[-1]", "[\"OK\"]", "[\"NONE\"]", "[[8]]", "8"}) {
    std::vector<std::string> codes;
    EXPECT_NE(Read(JsonCodes(), text, codes), "") << text;
    EXPECT_THAT(codes, IsEmpty()) << text;
  }
}

TEST(JsonCodesTest, NoneIsForThoseWhoSaySo) {
  std::vector<std::string> codes = {"INTERNAL"};
  EXPECT_THAT(Read(JsonCodes(), "[]", codes), HasSubstr("is an empty list"));
  EXPECT_EQ(Read(JsonCodes(JsonCodes::Empty::kAllowed), "[]", codes), "");
  EXPECT_THAT(codes, IsEmpty());
}

}  // namespace
}  // namespace evenkeel::config
