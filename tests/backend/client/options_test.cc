#include "backend/client/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace evenkeel::backend {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using Arguments = std::vector<std::string>;

ClientOptions Parse(const Arguments& arguments) {
  const auto options = ParseClientOptions(arguments);
  EXPECT_TRUE(options) << options.error().text;
  return options.value_or(ClientOptions());
}

std::string ErrorOf(const Arguments& arguments) {
  const auto options = ParseClientOptions(arguments);
  if (options) return "accepted";
  EXPECT_EQ(options.error().code, kUsageError);
  return options.error().text;
}

TEST(ClientOptionsTest, GetTakesUserIds) {
  const ClientOptions options = Parse({"get", "user-1", "user-2", "--target", "[::1]:7"});
  EXPECT_EQ(options.method, Method::kGet);
  EXPECT_EQ(options.user_ids, (Arguments{"user-1", "user-2"}));
  EXPECT_EQ(options.target->ToString(), "[::1]:7");
  EXPECT_EQ(options.deadline, 10s);
  EXPECT_FALSE(options.load);
}

TEST(ClientOptionsTest, WatchHasNoDeadlineUnlessGiven) {
  EXPECT_EQ(Parse({"watch"}).deadline, 0s);
  EXPECT_EQ(Parse({"watch", "--deadline", "3s"}).deadline, 3s);
}

TEST(ClientOptionsTest, SyncSendsOneUserUnlessToldOtherwise) {
  EXPECT_EQ(Parse({"sync"}).count, 1u);
  EXPECT_EQ(Parse({"create", "--count", "5"}).count, 5u);
}

TEST(ClientOptionsTest, MetadataAndTokenAreSentInOrder) {
  const ClientOptions options =
      Parse({"get", "u", "--metadata", "a=1", "--metadata", "b=x=y", "--token", "s3cret"});
  using Pairs = std::vector<std::pair<std::string, std::string>>;
  EXPECT_EQ(options.metadata,
            (Pairs{{"a", "1"}, {"b", "x=y"}, {"authorization", "Bearer s3cret"}}));
}

TEST(ClientOptionsTest, RefusesMetadataThatGrpcForbids) {
  EXPECT_THAT(ErrorOf({"get", "u", "--metadata", "novalue"}), HasSubstr("NAME=VALUE"));
  EXPECT_THAT(ErrorOf({"get", "u", "--metadata", "Upper=1"}), HasSubstr("--metadata"));
  EXPECT_THAT(ErrorOf({"get", "u", "--metadata", "grpc-timeout=1"}), HasSubstr("grpc-"));
}

TEST(ClientOptionsTest, LoadIsAnOpenOrAClosedLoop) {
  const ClientOptions open = Parse({"load", "--rate", "2000", "--connections", "4"});
  EXPECT_EQ(open.load->rate, 2000);
  EXPECT_EQ(open.load->connections, 4u);
  const ClientOptions closed = Parse({"load", "--concurrency", "8", "--calls", "30000"});
  EXPECT_FALSE(closed.load->rate);
  EXPECT_EQ(closed.load->concurrency, 8u);
  EXPECT_EQ(closed.load->calls, 30000u);
  EXPECT_THAT(ErrorOf({"load", "--rate", "1", "--concurrency", "2"}), HasSubstr("--rate"));
}

TEST(ClientOptionsTest, JsonGoesToStdoutOrAFile) {
  EXPECT_EQ(Parse({"load", "--json"}).load->json, "-");
  EXPECT_EQ(Parse({"load", "--json", "out.json"}).load->json, "out.json");
  EXPECT_FALSE(Parse({"load"}).load->json);
}

TEST(ClientOptionsTest, LoadCallsAnyMethod) {
  EXPECT_EQ(Parse({"load", "--method", "sync"}).method, Method::kSync);
  EXPECT_THAT(ErrorOf({"load", "--method", "put"}), HasSubstr("get, list, create, watch or sync"));
}

TEST(ClientOptionsTest, MistakesAreNamed) {
  EXPECT_THAT(ErrorOf({}), HasSubstr("A command is required"));
  EXPECT_THAT(ErrorOf({"fetch"}), HasSubstr("fetch"));
  EXPECT_THAT(ErrorOf({"get"}), HasSubstr("user_id"));
  EXPECT_THAT(ErrorOf({"get", "u", "--target", "nowhere"}), HasSubstr("--target"));
  EXPECT_THAT(ErrorOf({"get", "u", "--target", "127.0.0.1:0"}), HasSubstr("port 0"));
  EXPECT_THAT(ErrorOf({"load", "--rate", "0"}), HasSubstr("--rate"));
  EXPECT_THAT(ErrorOf({"load", "--duration", "10"}), HasSubstr("--duration"));
  EXPECT_THAT(ErrorOf({"list", "--note-size", "16777217"}), HasSubstr("--note-size"));
}

TEST(ClientOptionsTest, HelpIsNoError) {
  const auto help = ParseClientOptions({"load", "--help"});
  ASSERT_FALSE(help);
  EXPECT_EQ(help.error().code, 0);
  EXPECT_THAT(help.error().text, HasSubstr("--rate"));
}

TEST(ClientOptionsTest, TlsNeedsFilesThatAreThere) {
  const char kFile[] = "/proc/self/maps";
  EXPECT_EQ(Parse({"get", "u", "--tls-ca", kFile}).tls.ca, kFile);
  EXPECT_THAT(ErrorOf({"get", "u", "--tls-certificate", kFile}), HasSubstr("--tls-key"));
  EXPECT_THAT(ErrorOf({"get", "u", "--tls-ca", "/nowhere"}), HasSubstr("--tls-ca"));
}

}  // namespace
}  // namespace evenkeel::backend
