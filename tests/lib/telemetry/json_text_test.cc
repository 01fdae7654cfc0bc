#include "lib/telemetry/json_text.h"

#include <gtest/gtest.h>

namespace evenkeel::telemetry {
namespace {

std::string Json(std::string_view text) {
  std::string out;
  AppendJsonString(out, text);
  return out;
}

constexpr char kReplacement[] = "\xef\xbf\xbd";

TEST(JsonTextTest, QuotesPlainText) {
  EXPECT_EQ(Json(""), R"("")");
  EXPECT_EQ(Json("endpoint up"), R"("endpoint up")");
}

TEST(JsonTextTest, EscapesQuotesBackslashesAndControls) {
  EXPECT_EQ(Json(R"(say "no\yes")"), R"("say \"no\\yes\"")");
  EXPECT_EQ(Json("a\nb\rc\td"), R"("a\nb\rc\td")");
  EXPECT_EQ(Json(std::string_view("\0\x1f\x7f", 3)), "\"\\u0000\\u001f\\u007f\"");
}

TEST(JsonTextTest, LeavesUtf8AsItIs) {
  EXPECT_EQ(Json("grün €uro 🚢"), "\"grün €uro 🚢\"");
  EXPECT_EQ(Json("\xed\x9f\xbf\xf4\x8f\xbf\xbf"), "\"\xed\x9f\xbf\xf4\x8f\xbf\xbf\"");
}

TEST(JsonTextTest, ReplacesEachByteThatIsNotUtf8) {
  const std::string one = kReplacement;
  EXPECT_EQ(Json("\xff"), '"' + one + '"');
  EXPECT_EQ(Json("a\x80z"), "\"a" + one + "z\"");
  EXPECT_EQ(Json("\xc3"), '"' + one + '"');                                // cut short
  EXPECT_EQ(Json("\xc3("), '"' + one + "(\"");                             // not continued
  EXPECT_EQ(Json("\xc0\xaf"), '"' + one + one + '"');                      // overlong '/'
  EXPECT_EQ(Json("\xe0\x80\xaf"), '"' + one + one + one + '"');            // overlong
  EXPECT_EQ(Json("\xed\xa0\x80"), '"' + one + one + one + '"');            // surrogate
  EXPECT_EQ(Json("\xf0\x80\x80\xaf"), '"' + one + one + one + one + '"');  // overlong
  EXPECT_EQ(Json("\xf4\x90\x80\x80"), '"' + one + one + one + one + '"');  // above U+10FFFF
}

}  // namespace
}  // namespace evenkeel::telemetry
