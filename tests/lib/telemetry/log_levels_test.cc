#include "lib/telemetry/log_levels.h"

#include <gtest/gtest.h>

namespace evenkeel::telemetry {
namespace {

TEST(LogLevelsTest, AFolderMayHaveALevelOfItsOwn) {
  LogLevels levels(LogLevel::kInfo);
  levels.Set(LogFolder::kHealth, LogLevel::kDebug);
  EXPECT_TRUE(levels.Has(LogFolder::kHealth, LogLevel::kDebug));
  EXPECT_FALSE(levels.Has(LogFolder::kServer, LogLevel::kDebug));
  EXPECT_TRUE(levels.Has(LogFolder::kServer, LogLevel::kInfo));
  levels.Set(LogLevel::kError);
  EXPECT_FALSE(levels.Has(LogFolder::kHealth, LogLevel::kWarning)) << "all means all";
}

TEST(LogLevelsTest, ReadsAFolderByItsNameOrTheLastPartOfIt) {
  EXPECT_EQ(ParseLogFolder("proxy/server"), LogFolder::kServer);
  EXPECT_EQ(ParseLogFolder("server"), LogFolder::kServer);
  EXPECT_EQ(ParseLogFolder("health"), LogFolder::kHealth);
  EXPECT_EQ(ParseLogFolder("attic").error(),
            "folder \"attic\" is unknown to the log; expected one of lib/net, health, "
            "proxy/discovery, proxy/server, proxy/program");
  EXPECT_FALSE(ParseLogFolder("proxy/"));
}

}  // namespace
}  // namespace evenkeel::telemetry
