#include "lib/jwt/base64url.h"

#include <gtest/gtest.h>

namespace evenkeel::jwt {
namespace {

// RFC 4648, section 10, without padding.
TEST(Base64UrlTest, ReadsTheStandardsExamples) {
  EXPECT_EQ(DecodeBase64Url(""), "");
  EXPECT_EQ(DecodeBase64Url("Zg"), "f");
  EXPECT_EQ(DecodeBase64Url("Zm8"), "fo");
  EXPECT_EQ(DecodeBase64Url("Zm9v"), "foo");
  EXPECT_EQ(DecodeBase64Url("Zm9vYmFy"), "foobar");
  EXPECT_EQ(DecodeBase64Url("-_-_"), "\xfb\xff\xbf");
}

TEST(Base64UrlTest, ATextHasOneSpelling) {
  for (const char* each : {"Zg==", "Zg=", "Z", "Zm9vY", "Zh", "Zm9", "Zm+v", "Zm/v", " Zg", "Zg\n",
                           "Zm9v Zm9v", "Zm9v."}) {
    EXPECT_FALSE(DecodeBase64Url(each)) << each;
  }
}

}  // namespace
}  // namespace evenkeel::jwt
