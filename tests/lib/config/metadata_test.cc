#include "lib/config/metadata.h"

#include <gtest/gtest.h>

namespace evenkeel::config {
namespace {

TEST(MetadataTest, IsASecretByItsName) {
  for (const char* each : {"authorization", "proxy-authorization", "cookie", "x-api-key",
                           "x-auth-token", "x-session", "x-client-secret", "db-password"}) {
    EXPECT_TRUE(IsSecret({each, "v"})) << each;
  }
  for (const char* each : {"x-tenant", "x-canary", "user-agent"}) {
    EXPECT_FALSE(IsSecret({each, "v"})) << each;
  }
}

TEST(MetadataTest, IsASecretByItsValue) {
  EXPECT_TRUE(IsSecret({"x-any", "Bearer abc"}));
  EXPECT_TRUE(IsSecret({"x-any", "basic abc"}));
  EXPECT_FALSE(IsSecret({"x-any", "bear"}));
}

TEST(MetadataTest, IsASecretWhenItStoodInTheEnvironment) {
  EXPECT_TRUE(IsSecret({"x-any", "v", true}));
}

}  // namespace
}  // namespace evenkeel::config
