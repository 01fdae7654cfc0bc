#include "lib/base/same_secret.h"

#include <gtest/gtest.h>

#include <string>

namespace evenkeel::base {
namespace {

TEST(SameSecretTest, IsTrueForTheSameTextAlone) {
  EXPECT_TRUE(SameSecret("", ""));
  EXPECT_TRUE(SameSecret("secret", "secret"));
  for (const char* each : {"", "secre", "secrets", "Secret", "secreT",
                           "sec\xf2"
                           "et"}) {
    EXPECT_FALSE(SameSecret("secret", each)) << each;
  }
  EXPECT_FALSE(SameSecret(std::string("a\0b", 3), "a"));
}

}  // namespace
}  // namespace evenkeel::base
