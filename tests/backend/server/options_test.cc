#include "backend/server/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace evenkeel::backend {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using Arguments = std::vector<std::string>;

ServerOptions Parse(const Arguments& arguments) {
  const auto options = ParseServerOptions(arguments);
  EXPECT_TRUE(options) << options.error().text;
  return options.value_or(ServerOptions());
}

std::string ErrorOf(const Arguments& arguments) {
  const auto options = ParseServerOptions(arguments);
  if (options) return "accepted";
  EXPECT_EQ(options.error().code, kUsageError);
  return options.error().text;
}

TEST(ServerOptionsTest, DefaultsDoNoHarm) {
  const ServerOptions options = Parse({});
  ASSERT_EQ(options.listen.size(), 1u);
  EXPECT_EQ(options.listen.front().ToString(), "127.0.0.1:50061");
  EXPECT_EQ(options.latency, 0s);
  EXPECT_EQ(options.concurrency, 0u);
  EXPECT_EQ(options.fail_rate, 0);
  EXPECT_EQ(options.orca, ServerOptions::Orca::kBoth);
}

TEST(ServerOptionsTest, ListensOnSeveralAddresses) {
  const ServerOptions options =
      Parse({"--listen", "127.0.0.1:0", "--listen", "[::1]:5", "--listen", "unix:a.sock"});
  ASSERT_EQ(options.listen.size(), 3u);
  EXPECT_EQ(options.listen[1].ToString(), "[::1]:5");
  EXPECT_EQ(options.listen[2].ToString(), "unix:a.sock");
}

TEST(ServerOptionsTest, FailStatusIsANameOrANumber) {
  EXPECT_EQ(Parse({"--fail-status", "internal"}).fail_status, rpc::StatusCode::kInternal);
  EXPECT_EQ(Parse({"--fail-status", "8"}).fail_status, rpc::StatusCode::kResourceExhausted);
  for (const char* const text : {"OK", "0", "17", "BROKEN", ""}) {
    EXPECT_THAT(ErrorOf({"--fail-status", text}), HasSubstr("--fail-status")) << text;
  }
}

TEST(ServerOptionsTest, MistakesAreNamed) {
  EXPECT_THAT(ErrorOf({"--listen", "1.2.3:5"}), HasSubstr("--listen"));
  EXPECT_THAT(ErrorOf({"--latency", "5"}), HasSubstr("--latency: \"5\" needs a unit"));
  EXPECT_THAT(ErrorOf({"--fail-rate", "1.5"}), HasSubstr("--fail-rate"));
  EXPECT_THAT(ErrorOf({"--concurrency", "-1"}), HasSubstr("--concurrency"));
  EXPECT_THAT(ErrorOf({"--orca", "maybe"}), HasSubstr("off, trailer, stream or both"));
  EXPECT_THAT(ErrorOf({"--orca-min-interval", "0"}), HasSubstr("--orca-min-interval"));
  EXPECT_THAT(ErrorOf({"--colour"}), HasSubstr("--colour"));
}

TEST(ServerOptionsTest, JitterMustNotExceedLatency) {
  EXPECT_THAT(ErrorOf({"--latency", "1ms", "--latency-jitter", "2ms"}),
              HasSubstr("--latency-jitter must not exceed --latency"));
  EXPECT_EQ(Parse({"--latency", "2ms", "--latency-jitter", "2ms"}).latency_jitter, 2ms);
}

TEST(ServerOptionsTest, TlsNeedsFilesThatAreThere) {
  const char kFile[] = "/proc/self/maps";
  EXPECT_EQ(Parse({"--tls-certificate", kFile, "--tls-key", kFile}).tls.key, kFile);
  EXPECT_THAT(ErrorOf({"--tls-certificate", kFile}), HasSubstr("--tls-key"));
  EXPECT_THAT(ErrorOf({"--tls-ca", "/nowhere"}), HasSubstr("--tls-ca"));
  EXPECT_THAT(ErrorOf({"--tls-ca", kFile}), HasSubstr("--tls-ca needs --tls-certificate"));
}

}  // namespace
}  // namespace evenkeel::backend
