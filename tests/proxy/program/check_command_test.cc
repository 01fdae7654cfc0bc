#include "proxy/program/check_command.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <string>

#include "proxy/program/command_line.h"
#include "tests/proxy/program/command_test.h"

namespace evenkeel::proxy {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;

class CheckCommandTest : public CommandTest {
 protected:
  Printed CheckText(const std::string& text,
                    CheckCommand::Format format = CheckCommand::Format::kText) {
    const std::string file = Write("main.yaml", text);
    return Run([&] { return Check({file, format}); });
  }

  const std::string listener_ = "listeners: [{address: \"127.0.0.1:7001\", cluster: users}]\n";
};

TEST_F(CheckCommandTest, SaysWhatAGoodFileHas) {
  const Printed printed = CheckText(
      "listeners: [{address: \"127.0.0.1:7001\", cluster: users}, "
      "{address: \"127.0.0.1:7002\", cluster: users}]\n"
      "clusters: {users: {endpoints: [\"127.0.0.1:1\"]}}\n");
  EXPECT_EQ(printed.code, EXIT_SUCCESS);
  EXPECT_EQ(printed.out, Path("main.yaml") + ": ok (2 listeners, 1 clusters)\n");
  EXPECT_EQ(printed.err, "");
}

TEST_F(CheckCommandTest, WhatHasNoEffectIsAWarningOnly) {
  const Printed printed = CheckText(
      listener_ +
      "clusters: {users: {endpoints: [\"127.0.0.1:1\"]}, idle: {endpoints: [\"127.0.0.1:2\"]}}\n");
  EXPECT_EQ(printed.code, EXIT_SUCCESS);
  EXPECT_THAT(printed.err, HasSubstr("main.yaml:2:"));
  EXPECT_THAT(printed.err, HasSubstr("warning"));
  EXPECT_THAT(printed.err, HasSubstr("idle"));
  EXPECT_THAT(printed.out, HasSubstr(": ok ("));
}

TEST_F(CheckCommandTest, AFileOfEndpointsMayComeLater) {
  const Printed printed =
      CheckText(listener_ + "clusters: {users: {endpoints: {file: users.yaml}}}\n");
  EXPECT_EQ(printed.code, EXIT_SUCCESS);
  EXPECT_EQ(printed.err,
            Path("users.yaml") +
                ":1:1: warning: there is no such file of endpoints of cluster users yet; "
                "its calls fail until it comes\n");
}

TEST_F(CheckCommandTest, AFileOfEndpointsThatIsWrongIsAnError) {
  const std::string text = listener_ + "clusters: {users: {endpoints: {file: users.yaml}}}\n";
  Write("users.yaml", "endpoints: [\"127.0.0.1:1\"]\n");
  EXPECT_EQ(CheckText(text).code, EXIT_SUCCESS);
  Write("users.yaml", "endpoints: [\"nowhere\"]\n");
  const Printed printed = CheckText(text);
  EXPECT_EQ(printed.code, kUsageExitCode);
  EXPECT_THAT(printed.err, HasSubstr("users.yaml:1:"));
  EXPECT_EQ(printed.out, "") << "it is not good";
}

TEST_F(CheckCommandTest, AnEndpointThatIsAListenerOfOursIsAnError) {
  const Printed printed =
      CheckText(listener_ + "clusters: {users: {endpoints: [\"127.0.0.1:7001\"]}}\n");
  EXPECT_EQ(printed.code, kUsageExitCode);
  EXPECT_THAT(printed.err, HasSubstr("main.yaml:1:1: "));
  EXPECT_THAT(printed.err, HasSubstr("127.0.0.1:7001"));
  EXPECT_EQ(printed.out, "");
}

TEST_F(CheckCommandTest, WhatIsWrongIsALineEach) {
  const Printed printed = CheckText(
      listener_ + "clusters: {users: {endpoints: [\"127.0.0.1:1\"], policy: round_robbin}}\n");
  EXPECT_EQ(printed.code, kUsageExitCode);
  EXPECT_THAT(printed.err,
              MatchesRegex(".*/main.yaml:2:[0-9]+: clusters.users.policy.round_robbin: [^\n]*\n"));
  EXPECT_EQ(printed.out, "");
}

TEST_F(CheckCommandTest, InJsonItIsOneObjectOnStandardOutput) {
  const auto json = [](const Printed& printed) { return nlohmann::json::parse(printed.out); };
  const Printed bad = CheckText(listener_ + "clusters: {users: {endpoints: [\"127.0.0.1\"]}}\n",
                                CheckCommand::Format::kJson);
  EXPECT_EQ(bad.code, kUsageExitCode);
  EXPECT_EQ(bad.err, "");
  EXPECT_EQ(json(bad)["ok"], false);
  EXPECT_EQ(json(bad)["errors"][0]["line"], 2);
  EXPECT_EQ(json(bad)["errors"][0]["key"], "clusters.users.endpoints[0]");
  EXPECT_FALSE(json(bad).contains("clusters"));
  const Printed good = CheckText(listener_ +
                                     "clusters: {users: {endpoints: [\"127.0.0.1:1\"]}, "
                                     "idle: {endpoints: [\"127.0.0.1:2\"]}}\n",
                                 CheckCommand::Format::kJson);
  EXPECT_EQ(good.code, EXIT_SUCCESS);
  EXPECT_EQ(json(good)["ok"], true);
  EXPECT_EQ(json(good)["clusters"], 2);
  EXPECT_EQ(json(good)["errors"].size(), 0u);
  EXPECT_EQ(json(good)["warnings"].size(), 1u);
}

}  // namespace
}  // namespace evenkeel::proxy
