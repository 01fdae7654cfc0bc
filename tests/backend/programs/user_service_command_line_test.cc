// user-service's flags, as a person at a shell meets them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/backend/programs/process.h"

namespace evenkeel::backend {
namespace {

using testing::HasSubstr;

TEST(UserServiceCommandLineTest, MistakesEndWithTwoAndAHint) {
  Process process(USER_SERVICE, {"--latency", "soon"});
  EXPECT_EQ(process.Wait(), 2);
  EXPECT_THAT(process.ReadErrors(), HasSubstr("--latency"));
}

TEST(UserServiceCommandLineTest, HelpEndsWithZero) {
  Process process(USER_SERVICE, {"--help"});
  EXPECT_THAT(process.ReadAll(), HasSubstr("--orca-min-interval"));
  EXPECT_EQ(process.Wait(), 0);
}

}  // namespace
}  // namespace evenkeel::backend
