#include "lib/telemetry/log_line.h"

#include <gtest/gtest.h>

#include <limits>

namespace evenkeel::telemetry {
namespace {

using Fields = std::initializer_list<Field>;

constexpr std::chrono::system_clock::time_point kTime{std::chrono::milliseconds(1767225600007)};

std::string Text(std::string_view message, Fields fields = {}) {
  return FormatLogLine(LogFormat::kText, kTime, LogLevel::kInfo, message, fields);
}

std::string Json(std::string_view message, Fields fields = {}) {
  return FormatLogLine(LogFormat::kJson, kTime, LogLevel::kInfo, message, fields);
}

TEST(LogLineTest, ReadsAsASentenceWithFields) {
  EXPECT_EQ(Text("endpoint up", {{"cluster", "users"}, {"endpoint", "127.0.0.1:50051"}}),
            "2026-01-01T00:00:00.007Z info endpoint up cluster=users endpoint=127.0.0.1:50051");
}

TEST(LogLineTest, QuotesTextValuesThatAreNoPlainWord) {
  EXPECT_EQ(Text("m", {{"a", "two words"}, {"b", ""}, {"c", "x=y"}, {"d", "\"q\""}}),
            R"(2026-01-01T00:00:00.007Z info m a="two words" b="" c="x=y" d="\"q\"")");
}

TEST(LogLineTest, LetsNoMessageStartALineOfItsOwn) {
  EXPECT_EQ(Text("peer said\nfake", {{"a", "x\ny"}}),
            R"(2026-01-01T00:00:00.007Z info "peer said\nfake" a="x\ny")");
}

TEST(LogLineTest, WritesJson) {
  EXPECT_EQ(Json("endpoint \"up\"", {{"cluster", "users"}}),
            R"({"ts":"2026-01-01T00:00:00.007Z","level":"info","msg":"endpoint \"up\"",)"
            R"("cluster":"users"})");
}

TEST(LogLineTest, WritesTheReadyLine) {
  const std::vector<std::string> listeners = {"127.0.0.1:8080", "unix:/run/a.sock"};
  EXPECT_EQ(Json("ready", {{"listeners", listeners}, {"admin", "127.0.0.1:9901"}}),
            R"({"ts":"2026-01-01T00:00:00.007Z","level":"info","msg":"ready",)"
            R"("listeners":["127.0.0.1:8080","unix:/run/a.sock"],"admin":"127.0.0.1:9901"})");
  EXPECT_EQ(Text("ready", {{"listeners", listeners}}),
            "2026-01-01T00:00:00.007Z info ready listeners=127.0.0.1:8080,unix:/run/a.sock");
  EXPECT_EQ(Json("ready", {{"listeners", std::vector<std::string>()}}),
            R"({"ts":"2026-01-01T00:00:00.007Z","level":"info","msg":"ready","listeners":[]})");
}

TEST(LogLineTest, WritesNumbersAsNumbers) {
  EXPECT_EQ(Text("n", {{"a", -3}, {"b", size_t{7}}, {"c", 0.25}, {"d", UINT64_MAX}}),
            "2026-01-01T00:00:00.007Z info n a=-3 b=7 c=0.25 d=18446744073709551615");
  EXPECT_EQ(Json("n", {{"a", std::numeric_limits<double>::infinity()},
                       {"b", std::numeric_limits<double>::quiet_NaN()}}),
            R"({"ts":"2026-01-01T00:00:00.007Z","level":"info","msg":"n","a":null,"b":null})");
}

TEST(LogLineTest, NamesEveryLevel) {
  for (const auto& [level, name] :
       {std::pair(LogLevel::kDebug, "debug"), std::pair(LogLevel::kInfo, "info"),
        std::pair(LogLevel::kWarning, "warning"), std::pair(LogLevel::kError, "error")}) {
    EXPECT_EQ(FormatLogLine(LogFormat::kText, kTime, level, "m", {}),
              std::string("2026-01-01T00:00:00.007Z ") + name + " m");
  }
}

}  // namespace
}  // namespace evenkeel::telemetry
