#include "proxy/program/command_line.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "tests/proxy/program/command_test.h"

namespace evenkeel::proxy {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class CommandLineTest : public CommandTest {
 protected:
  static Command Parse(std::vector<const char*> words) {
    words.insert(words.begin(), "evenkeel");
    return ParseCommandLine(static_cast<int>(words.size()), words.data());
  }
  static RunCommand ParseRun(std::vector<const char*> words) {
    words.insert(words.begin(), {"run", "--config", "a.yaml"});
    return std::get<RunCommand>(Parse(words));
  }
  // What is printed where there is nothing to do but to exit.
  static Printed Refused(const std::vector<const char*>& words) {
    return Run([&] {
      const Command command = Parse(words);
      const auto* exit = std::get_if<ExitCommand>(&command);
      return exit == nullptr ? -1 : exit->code;
    });
  }
};

TEST_F(CommandLineTest, RunHasTheDefaultsItDocuments) {
  const RunCommand run = ParseRun({});
  EXPECT_EQ(run.config_file, "a.yaml");
  EXPECT_EQ(run.drain_timeout, 30s);
  EXPECT_FALSE(run.workers);
  EXPECT_EQ(run.log_level, telemetry::LogLevel::kInfo);
  EXPECT_EQ(run.log_format, telemetry::LogFormat::kText);
  EXPECT_FALSE(run.takeover);
  EXPECT_EQ(run.takeover_socket, "");
}

TEST_F(CommandLineTest, RunTakesItsFlags) {
  const RunCommand run = ParseRun({"--drain-timeout", "90s", "--workers", "256", "--log-level",
                                   "warning", "--log-format", "json"});
  EXPECT_EQ(run.drain_timeout, 90s);
  EXPECT_EQ(run.workers, 256u);
  EXPECT_EQ(run.log_level, telemetry::LogLevel::kWarning);
  EXPECT_EQ(run.log_format, telemetry::LogFormat::kJson);
  EXPECT_EQ(ParseRun({"--workers=1"}).workers, 1u);
}

TEST_F(CommandLineTest, ATakeoverHasASocketByDefault) {
  setenv("RUNTIME_DIRECTORY", "/run/evenkeel", 1);
  EXPECT_EQ(ParseRun({"--takeover"}).takeover_socket, "/run/evenkeel/evenkeel-takeover.sock");
  unsetenv("RUNTIME_DIRECTORY");
  const RunCommand given = ParseRun({"--takeover", "--takeover-socket", "/a.sock"});
  EXPECT_TRUE(given.takeover);
  EXPECT_EQ(given.takeover_socket, "/a.sock");
  // To be taken over from, and not to take over.
  EXPECT_FALSE(ParseRun({"--takeover-socket", "/a.sock"}).takeover);
}

TEST_F(CommandLineTest, ReadyAsksWhereAdminIsByDefault) {
  const auto ready = std::get<ReadyCommand>(Parse({"ready"}));
  EXPECT_EQ(ready.admin.ToString(), config::Admin().address->ToString());
  EXPECT_EQ(ready.timeout, 1s);
  const auto other =
      std::get<ReadyCommand>(Parse({"ready", "--admin", "[::1]:7", "--timeout", "50ms"}));
  EXPECT_EQ(other.admin.ToString(), "[::1]:7");
  EXPECT_EQ(other.timeout, 50ms);
}

TEST_F(CommandLineTest, KnowsTheOtherCommands) {
  for (const std::vector<const char*>& words :
       {std::vector{"check", "--config", "b.yaml"}, std::vector{"check", "-c", "b.yaml"},
        std::vector{"check", "b.yaml"}}) {
    EXPECT_EQ(std::get<CheckCommand>(Parse(words)).config_file, "b.yaml");
  }
  EXPECT_EQ(std::get<CheckCommand>(Parse({"check", "-"})).config_file, "-");
  EXPECT_EQ(std::get<CheckCommand>(Parse({"check", "-c", "-"})).config_file, "-");
  EXPECT_EQ(std::get<CheckCommand>(Parse({"check", "-", "--format", "json"})).format,
            CheckCommand::Format::kJson);
  EXPECT_EQ(std::get<RunCommand>(Parse({"run", "-c", "b.yaml"})).config_file, "b.yaml");
  const auto explain =
      std::get<ExplainCommand>(Parse({"explain", "a.yaml", "--path", "/a.S/M", "--metadata", "x=1",
                                      "--metadata", "y=2", "--identity", "web", "--token", "t",
                                      "--address", "::1", "--listener", ":1", "--authority", "h"}));
  EXPECT_EQ(explain.config_file, "a.yaml");
  EXPECT_EQ(explain.path, "/a.S/M");
  EXPECT_EQ(explain.metadata, (std::vector<std::string>{"x=1", "y=2"}));
  EXPECT_EQ(explain.identities, std::vector<std::string>{"web"});
  EXPECT_EQ(explain.token + explain.address + explain.listener + explain.authority, "t::1:1h");
  const auto diff = std::get<DiffCommand>(Parse({"diff", "old.yaml", "new.yaml"}));
  EXPECT_EQ(diff.before, "old.yaml");
  EXPECT_EQ(diff.after, "new.yaml");
  EXPECT_TRUE(std::holds_alternative<SchemaCommand>(Parse({"schema"})));
  EXPECT_TRUE(std::holds_alternative<InitCommand>(Parse({"init"})));
}

TEST_F(CommandLineTest, HelpAndVersionArePrintedAndAllIsWell) {
  const Printed help = Refused({"--help"});
  EXPECT_EQ(help.code, 0);
  for (const char* each :
       {"run", "check", "ready", "diff", "explain", "schema", "init", "Exit codes:"}) {
    EXPECT_THAT(help.out, HasSubstr(each));
  }
  EXPECT_THAT(Refused({"run", "--help"}).out, HasSubstr("--drain-timeout DURATION"));
  for (const char* each : {"--version", "-V", "version"}) {
    const Printed version = Refused({each});
    EXPECT_EQ(version.code, 0) << each;
    EXPECT_THAT(version.out, StartsWith("evenkeel ")) << each;
  }
}

TEST_F(CommandLineTest, CompletionKnowsEveryCommandAndFlag) {
  for (const char* shell : {"bash", "zsh", "fish"}) {
    const Printed printed = Refused({"completion", shell});
    EXPECT_EQ(printed.code, 0) << shell;
    for (const char* each : {"check", "completion", "version", "drain-timeout", "token-file",
                             "warning", "json", "fish"}) {
      EXPECT_THAT(printed.out, HasSubstr(each)) << shell;
    }
  }
}

TEST_F(CommandLineTest, WhatIsUnknownIsNamedWithWhatWasProbablyMeant) {
  for (const auto& [words, said] : std::vector<std::pair<std::vector<const char*>, const char*>>{
           {{"chek", "a.yaml"}, "unknown command \"chek\"; did you mean \"check\"?"},
           {{"check", "--confg", "a.yaml"}, "unknown flag \"--confg\"; did you mean \"--config\"?"},
           {{"run", "a", "--log_level=debug"},
            "unknown flag \"--log_level\"; did you mean \"--log-level\"?"},
           {{"run", "a", "--zebra"}, "unknown flag \"--zebra\"; known flags: --help, --config"},
           {{"--versoin"}, "unknown flag \"--versoin\"; did you mean \"--version\"?"},
           {{"completion", "tcsh"}, "expected bash, zsh or fish"},
       }) {
    EXPECT_THAT(Refused(words).err, HasSubstr(said));
  }
}

TEST_F(CommandLineTest, WrongFlagsAreExitCode2AndStandardErrorSaysWhich) {
  for (const auto& [words, said] : std::vector<std::pair<std::vector<const char*>, const char*>>{
           {{}, "subcommand"},
           {{"walk"}, "unknown command \"walk\""},
           {{"run"}, "--config"},
           {{"run", "--config", "a", "--nonsense"}, "--nonsense"},
           {{"run", "--config", "a", "--workers", "0"}, "--workers"},
           {{"run", "--config", "a", "--workers", "257"}, "--workers"},
           {{"run", "--config", "a", "--drain-timeout", "30"}, "--drain-timeout"},
           {{"run", "--config", "a", "--access-log-percentage", "101"}, "--access-log-percentage"},
           {{"run", "--config", "a", "--access-log-format", "xml"}, "--access-log-format"},
           {{"run", "--config", "a", "--log-level", "loud"}, "--log-level"},
           {{"run", "--config", "a", "--log-format", "xml"}, "--log-format"},
           {{"check"}, "--config"},
           {{"ready", "--admin", "nowhere"}, "--admin"},
           {{"diff", "old.yaml"}, "NEW"},
           {{"diff", "a", "b", "c"}, "c"},
           {{"check", "--config", "a", "ready"}, ""},
       }) {
    const Printed printed = Refused(words);
    EXPECT_EQ(printed.code, kUsageExitCode) << said;
    EXPECT_THAT(printed.err, HasSubstr(said));
    EXPECT_EQ(printed.out, "") << said;
  }
}

}  // namespace
}  // namespace evenkeel::proxy
