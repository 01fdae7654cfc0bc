#include "lib/telemetry/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <sstream>
#include <thread>
#include <vector>

namespace evenkeel::telemetry {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::SizeIs;
using ::testing::StartsWith;

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
  log.Tell(Event::kEndpointUp, {{"cluster", "users"}});
  log.Tell(Event::kCannotStart);
  EXPECT_THAT(Lines(), ElementsAre(EndsWith("Z info endpoint up cluster=users event=endpoint_up"),
                                   EndsWith("Z error cannot start event=cannot_start")));
}

TEST_F(LogTest, StampsLinesWithTheTimeInUtc) {
  Open(LogLevel::kInfo, LogFormat::kJson).Tell(Event::kPanic);
  EXPECT_THAT(Lines(),
              ElementsAre(MatchesRegex(
                  "\\{\"ts\":\"20[0-9][0-9]-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:"
                  "[0-6][0-9]\\.[0-9][0-9][0-9]Z\",\"level\":\"warning\",\"msg\":\"panic\","
                  "\"event\":\"panic\"\\}")));
}

TEST_F(LogTest, LeavesOutWhatIsBelowItsLevel) {
  Log& log = Open(LogLevel::kWarning);
  for (const Event each :
       {Event::kEndpointState, Event::kEndpointUp, Event::kEndpointDown, Event::kCannotStart}) {
    log.Tell(each);
  }
  EXPECT_THAT(Lines(), ElementsAre(HasSubstr("endpoint down"), HasSubstr("cannot start")));
}

TEST_F(LogTest, CountsAndKeepsWhatItDoesNotWrite) {
  Log& log = Open(LogLevel::kError);
  log.Tell(Event::kEndpointUp, {{"cluster", "users"}});
  log.Tell(Event::kEndpointState);
  EXPECT_EQ(log.events().count(Event::kEndpointUp), 1u);
  EXPECT_EQ(log.events().count(Event::kEndpointState), 1u);
  EXPECT_THAT(log.events().Recent(),
              ElementsAre(AllOf(StartsWith("{\"id\":1,\"ts\":\"20"),
                                HasSubstr("\"cluster\":\"users\",\"event\":\"endpoint_up\"}"))))
      << "but for debug";
}

TEST_F(LogTest, TakesAnotherLevelWhileItIsInUse) {
  Log& log = Open(LogLevel::kInfo);
  log.Tell(Event::kEndpointState);
  log.levels().Set(LogFolder::kHealth, LogLevel::kDebug);
  log.Tell(Event::kEndpointState, {{"n", 2}});
  log.levels().Set(LogLevel::kWarning);
  log.Tell(Event::kEndpointUp);
  EXPECT_THAT(Lines(), ElementsAre(HasSubstr("n=2")));
}

TEST_F(LogTest, DoesNotTakeBracesForAFormat) {
  Open(LogLevel::kInfo).Tell(Event::kReady, {{"a", "{} %s {0}"}});
  EXPECT_THAT(Lines(), ElementsAre(HasSubstr("ready a=\"{} %s {0}\"")));
}

TEST_F(LogTest, LimitsLinesOfOneEventAndTellsAtTheEndHowManyItSuppressed) {
  Log& log = Open(LogLevel::kInfo);
  // However slow this machine is, 100,000 lines cannot take as long as 10 a second would.
  for (int i = 0; i < 100'000; ++i) log.Tell(Event::kClientEnded);
  const size_t before = Lines().size();
  EXPECT_GE(before, 10u);
  EXPECT_LT(before, 10'000u);
  EXPECT_EQ(log.events().count(Event::kClientEnded), 100'000u) << "all are counted";
  EXPECT_LE(log.events().Recent().size(), before) << "others need not make room for them";
  Close();
  EXPECT_THAT(Lines(), SizeIs(before + 1));
  EXPECT_THAT(Lines().back(), HasSubstr("warning lines suppressed event=client_ended suppressed="));
}

TEST_F(LogTest, KeepsLinesOfManyThreadsWhole) {
  Log& log = Open(LogLevel::kInfo, LogFormat::kJson);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&log, t] {
      for (int i = 0; i < 500; ++i) log.Tell(Event::kReady, {{"thread", t}, {"number", i}});
    });
  }
  for (std::thread& each : threads) each.join();
  const auto lines = Lines();
  EXPECT_THAT(lines, SizeIs(2000));
  EXPECT_THAT(lines, ::testing::Each(MatchesRegex(".*\"msg\":\"ready\",\"thread\":[0-3],\"number\":"
                                                  "[0-9]+,\"event\":\"ready\"\\}")));
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
