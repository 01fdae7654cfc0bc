#include "lib/telemetry/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <sstream>
#include <thread>
#include <vector>

namespace evenkeel::telemetry {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::SizeIs;

class LogTest : public ::testing::Test {
 protected:
  Log& Open(LogLevel level, LogFormat format = LogFormat::kText) {
    return log_.emplace(level, format, out_);
  }
  void Close() { log_.reset(); }

  std::vector<std::string> Lines() const {
    std::vector<std::string> lines;
    std::istringstream in(out_.str());
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
  }

 private:
  std::ostringstream out_;
  std::optional<Log> log_;
};

TEST_F(LogTest, WritesOneLineAnEvent) {
  Log& log = Open(LogLevel::kInfo);
  log.Info("endpoint up", {{"cluster", "users"}});
  log.Error("bad", {});
  EXPECT_THAT(Lines(),
              ElementsAre(EndsWith("Z info endpoint up cluster=users"), EndsWith("Z error bad")));
}

TEST_F(LogTest, StampsLinesWithTheTimeInUtc) {
  Open(LogLevel::kInfo, LogFormat::kJson).Warning("w");
  const std::string digit = "[0-9]";
  EXPECT_THAT(Lines(),
              ElementsAre(MatchesRegex(
                  "\\{\"ts\":\"20[0-9][0-9]-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:"
                  "[0-6][0-9]\\.[0-9][0-9][0-9]Z\",\"level\":\"warning\",\"msg\":\"w\"\\}")));
}

TEST_F(LogTest, LeavesOutWhatIsBelowItsLevel) {
  Log& log = Open(LogLevel::kWarning);
  log.Debug("d");
  log.Info("i");
  log.Warning("w");
  log.Error("e");
  log.Limited("cause", LogLevel::kInfo, "limited");
  EXPECT_THAT(Lines(), ElementsAre(EndsWith(" w"), EndsWith(" e")));
}

TEST_F(LogTest, WritesDebugLinesWhenAsked) {
  Open(LogLevel::kDebug).Debug("d");
  EXPECT_THAT(Lines(), ElementsAre(EndsWith(" debug d")));
}

TEST_F(LogTest, DoesNotTakeBracesForAFormat) {
  Open(LogLevel::kInfo).Info("{} %s {0}", {{"a", "{}"}});
  EXPECT_THAT(Lines(), ElementsAre(EndsWith("info {} %s {0} a={}")));
}

TEST_F(LogTest, LimitsLinesOfOneCauseAndTellsAtTheEndHowManyItSuppressed) {
  Log& log = Open(LogLevel::kInfo);
  // However slow this machine is, 100,000 lines cannot take as long as 10 a second would.
  for (int i = 0; i < 100'000; ++i) log.Limited("refused", LogLevel::kInfo, "refused");
  const size_t before = Lines().size();
  EXPECT_GE(before, 10u);
  EXPECT_LT(before, 10'000u);
  Close();
  EXPECT_THAT(Lines(), SizeIs(before + 1));
  EXPECT_THAT(Lines().back(), HasSubstr("warning lines suppressed cause=refused suppressed="));
}

TEST_F(LogTest, KeepsLinesOfManyThreadsWhole) {
  Log& log = Open(LogLevel::kInfo, LogFormat::kJson);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&log, t] {
      for (int i = 0; i < 500; ++i) log.Info("line", {{"thread", t}, {"number", i}});
    });
  }
  for (std::thread& each : threads) each.join();
  const auto lines = Lines();
  EXPECT_THAT(lines, SizeIs(2000));
  EXPECT_THAT(lines, ::testing::Each(
                         MatchesRegex(".*\"msg\":\"line\",\"thread\":[0-3],\"number\":[0-9]+\\}")));
}

TEST(LogOptionsTest, ReadsLevels) {
  EXPECT_EQ(ParseLogLevel("debug"), LogLevel::kDebug);
  EXPECT_EQ(ParseLogLevel("info"), LogLevel::kInfo);
  EXPECT_EQ(ParseLogLevel("warning"), LogLevel::kWarning);
  EXPECT_EQ(ParseLogLevel("warn"), LogLevel::kWarning);
  EXPECT_EQ(ParseLogLevel("error"), LogLevel::kError);
}

TEST(LogOptionsTest, SaysWhichLevelsThereAre) {
  EXPECT_EQ(ParseLogLevel("loud").error(),
            "log level \"loud\" is unknown; expected debug, info, warning or error");
}

TEST(LogOptionsTest, ReadsFormats) {
  EXPECT_EQ(ParseLogFormat("text"), LogFormat::kText);
  EXPECT_EQ(ParseLogFormat("json"), LogFormat::kJson);
  EXPECT_EQ(ParseLogFormat("xml").error(), "log format \"xml\" is unknown; expected text or json");
}

}  // namespace
}  // namespace evenkeel::telemetry
