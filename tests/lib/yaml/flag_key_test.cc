#include "lib/yaml/flag_key.h"

#include <gmock/gmock.h>

#include "tests/lib/yaml/read_key.h"

namespace evenkeel::config {
namespace {

using ::testing::HasSubstr;

TEST(FlagKeyTest, IsTrueOrFalse) {
  bool flag = false;
  EXPECT_THAT(Read(FlagKey(), "yes", flag), HasSubstr("write true or false"));
  ExpectWritten(FlagKey(), true, "true");
}

TEST(FlagKeyTest, OtherSpellingsOfYamlAreNone) {
  for (const char* text : {"yes", "True", "on", "1", "[true]", "\"yes\""}) {
    bool flag = true;
    EXPECT_THAT(Read(FlagKey(), text, flag), HasSubstr("write true or false, without quotes"))
        << text;
    EXPECT_TRUE(flag) << "it is left as it was";
  }
}

TEST(FlagKeyTest, MayBeLeftOpen) {
  std::optional<bool> flag;
  EXPECT_EQ(FlagKey().Write(flag).kind, Written::Kind::kNothing);
  EXPECT_EQ(FlagKey().Facts(flag).fallback, "false");
  EXPECT_EQ(Read(FlagKey(), "false", flag), "");
  EXPECT_EQ(flag, false);
  EXPECT_EQ(FlagKey().Write(flag).text, "false");
  EXPECT_EQ(FlagKey().Facts(true).fallback, "true");
}

}  // namespace
}  // namespace evenkeel::config
