#include "lib/yaml/variables.h"

#include <gtest/gtest.h>

#include "lib/yaml/loader.h"

namespace evenkeel::config {
namespace {

std::optional<std::string> Known(const std::string& name) {
  if (name == "HOST") return "10.0.0.1";
  if (name == "EMPTY") return "";
  if (name == "TRICK") return "${HOST}";
  if (name == "BELL") return "\a";
  return std::nullopt;
}

base::Result<std::string, Complaint> Stored(const std::string& path) {
  if (path == "/run/secrets/x") return "s3cr3t";
  return base::Error(Complaint{path + " is missing", "make one"});
}

std::string Expanded(std::string_view text) {
  const auto result = ExpandVariables(text, Known, Stored);
  if (!result) return "error: " + result.error().reason + "; " + result.error().hint;
  return result->secret.empty() ? result->shown : result->shown + " for " + result->secret;
}

TEST(VariablesTest, ReplaceTheirNames) {
  EXPECT_EQ(Expanded("${HOST}:1"), "10.0.0.1:1");
  EXPECT_EQ(Expanded("${HOST}${HOST}"), "10.0.0.110.0.0.1");
  EXPECT_EQ(Expanded("no variable, $HOST, {HOST}, $"), "no variable, $HOST, {HOST}, $");
}

TEST(VariablesTest, HaveADefaultWhereTheyAreNotSetOrEmpty) {
  EXPECT_EQ(Expanded("${PORT:-50051}"), "50051");
  EXPECT_EQ(Expanded("${EMPTY:-50051}"), "50051");
  EXPECT_EQ(Expanded("${HOST:-50051}"), "10.0.0.1");
  EXPECT_EQ(Expanded("${PORT:-}"), "");
}

TEST(VariablesTest, MayBeEmptyWithoutADefault) { EXPECT_EQ(Expanded("a${EMPTY}b"), "ab"); }

TEST(VariablesTest, AreNotExpandedTwice) { EXPECT_EQ(Expanded("${TRICK}"), "${HOST}"); }

TEST(VariablesTest, TwoDollarsStandForOne) {
  EXPECT_EQ(Expanded("$${HOST} ${HOST}"), "${HOST} 10.0.0.1");
}

TEST(VariablesTest, ThatAreNotSetAreAnError) {
  EXPECT_EQ(Expanded("${PORT}"),
            "error: the environment variable PORT is not set; set it, or give a default: "
            "${PORT:-default}");
}

TEST(VariablesTest, OfBytesThatAreNoTextAreAnError) {
  EXPECT_EQ(Expanded("${BELL}"),
            "error: the environment variable BELL holds bytes that are no text; set it to UTF-8 "
            "without control characters");
}

TEST(VariablesTest, WithoutAnEndOrANameAreAnError) {
  EXPECT_EQ(Expanded("a ${HOST"),
            "error: this ${ is not closed; add the }; $${ stands for a plain ${");
  EXPECT_EQ(Expanded("${}"),
            "error: \"\" is no name of an environment variable; write ${NAME} or "
            "${NAME:-default}; $${ stands for a plain ${");
  EXPECT_EQ(Expanded("${1A}").substr(0, 12), "error: \"1A\" ");
}

TEST(VariablesTest, OfAFileAreSecretAndShownAsSuch) {
  EXPECT_EQ(Expanded("${file:/run/secrets/x}"), "*** for s3cr3t");
  EXPECT_EQ(Expanded("Bearer ${file:/run/secrets/x} ${HOST} $${"),
            "Bearer *** 10.0.0.1 ${ for Bearer s3cr3t 10.0.0.1 ${");
  EXPECT_EQ(Expanded("${file:/nope}"), "error: /nope is missing; make one");
  EXPECT_EQ(Expanded("${file:}"), "error: ${file:} names no file; write ${file:PATH}");
}

TEST(VariablesTest, MayBeCalledFile) { EXPECT_EQ(Expanded("${file:-x}"), "x"); }

TEST(VariablesTest, OfAFileAreAnErrorWhereNoneAreRead) {
  const auto result = ExpandVariables("${file:/run/secrets/x}", Known, {});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().reason, "no files of secrets are read here");
}

TEST(VariablesTest, StandInValuesOfAnyType) {
  const auto config = LoadText(
      "workers: ${WORKERS:-3}\n"
      "listeners: [{address: \"${HOST}:1\", cluster: a}]\n"
      "clusters: {a: {endpoints: [\"${HOST}:2\"]}}\n",
      "file.yaml", Known);
  ASSERT_TRUE(config) << Format(config.error());
  EXPECT_EQ(config->workers, 3U);
  EXPECT_EQ(config->listeners[0]->address.ToString(), "10.0.0.1:1");
}

TEST(VariablesTest, OfNumbersMayBeQuotedAndStandInBrackets) {
  for (const char* each : {"\"${N:-100}\"", "${N:-100}", "'${N:-100}'"}) {
    const auto config = LoadText(
        std::string("listeners: [{address: 127.0.0.1:1, cluster: a}]\n"
                    "clusters: {a: {endpoints: [${HOST}:2, \"${HOST}:3\"], max_pending_calls: ") +
            each + ", connection: {backoff_jitter: \"${J:-0.5}\"}}}\n",
        "file.yaml", Known);
    ASSERT_TRUE(config) << Format(config.error());
    const Cluster& cluster = *config->clusters[0];
    EXPECT_EQ(cluster.max_pending_calls, 100U);
    EXPECT_EQ(cluster.connection.backoff_jitter, 0.5);
    EXPECT_EQ(cluster.endpoints[0].address.ToString(), "10.0.0.1:2");
  }
}

TEST(VariablesTest, AreHiddenFromYamlWithinALineAndShownAgain) {
  const std::string text = "a: {b: ${N:-[1, 2]}, c: $${X}, d: ${open\ne: }}";
  const std::string hidden = HideVariables(text);
  EXPECT_EQ(hidden.size(), text.size());
  EXPECT_EQ(hidden.find("${N"), std::string::npos);
  EXPECT_NE(hidden.find("${open\ne: }"), std::string::npos);
  EXPECT_EQ(ShowVariables(hidden), text);
}

TEST(VariablesTest, SayWhereTheyStandWhenTheyAreWrong) {
  const auto config =
      LoadText("workers: 1\nlisteners: [{address: \"${NOPE}:1\"}]\n", "file.yaml", Known);
  ASSERT_FALSE(config);
  EXPECT_EQ(Format(config.error().front()).substr(0, 57),
            "file.yaml:2:23: the environment variable NOPE is not set;");
}

}  // namespace
}  // namespace evenkeel::config
