#include "lib/config_json/json.h"

#include <gtest/gtest.h>

namespace evenkeel::admin {
namespace {

using config::Written;

TEST(JsonTest, HasTheFormsOfWhatIsWritten) {
  Written map{.kind = Written::Kind::kMap};
  map.Set("number", config::WrittenLiteral("1.5"));
  map.Set("flag", config::WrittenFlag(true));
  map.Set("text", config::WrittenText("1.5"));
  map.Set("list", {.kind = Written::Kind::kList, .items = {config::WrittenText("a")}});
  EXPECT_EQ(ToJson(map).dump(), R"({"number":1.5,"flag":true,"text":"1.5","list":["a"]})");
}

TEST(JsonTest, ShowsNoSecret) {
  EXPECT_EQ(ToJson({.kind = Written::Kind::kSecret, .text = "s3cr3t"}).dump(), "\"***\"");
}

TEST(JsonTest, IsTextWhateverTheBytes) { EXPECT_EQ(ToText(Json("\xff")), "\"\xef\xbf\xbd\"\n"); }

}  // namespace
}  // namespace evenkeel::admin
