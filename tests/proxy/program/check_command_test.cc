#include "proxy/program/check_command.h"

#include <gmock/gmock.h>

#include <string>

#include "proxy/program/command_line.h"
#include "tests/proxy/program/command_test.h"

namespace evenkeel::proxy {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;

class CheckCommandTest : public CommandTest {
 protected:
  // Of a file that reads well.
  Printed CheckText(const std::string& text) {
    const std::string file = Write("main.yaml", text);
    const config::Loading loading = config::Load(file);
    EXPECT_TRUE(loading.config) << config::Format(loading.config.error());
    return Run([&] { return Check(file, loading); });
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
  EXPECT_EQ(printed.err, Path("users.yaml") +
                             ": warning: there is no such file of endpoints of cluster users yet; "
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
  EXPECT_THAT(printed.err, HasSubstr("main.yaml: "));
  EXPECT_THAT(printed.err, HasSubstr("127.0.0.1:7001"));
  EXPECT_EQ(printed.out, "");
}

}  // namespace
}  // namespace evenkeel::proxy
