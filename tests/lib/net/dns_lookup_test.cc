#include "lib/net/dns_lookup.h"

#include <gmock/gmock.h>

#include <optional>

#include "tests/lib/net/dns_server.h"
#include "tests/lib/net/loop_test.h"

namespace evenkeel::net {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

class DnsLookupTest : public LoopTest {
 protected:
  using Result = base::Result<DnsAnswer, DnsFailure>;

  Result Ask(DnsQuestion question, base::Duration timeout = 10s) {
    std::optional<Result> result;
    DnsLookup lookup(loop_, {.resolvers = {server_.address()}, .timeout = timeout},
                     std::move(question), [&](Result answer) { result = std::move(answer); });
    RunUntil([&] { return result.has_value(); });
    return *result;
  }
  Result AskForAddresses(const std::string& name, base::Duration timeout = 10s) {
    return Ask({DnsQuestion::Records::kAddresses, name, 50051}, timeout);
  }
  Result AskForServices(const std::string& name) {
    return Ask({DnsQuestion::Records::kServices, name});
  }
  static std::vector<std::string> Endpoints(const Result& result) {
    std::vector<std::string> texts;
    EXPECT_TRUE(result) << result.error().reason;
    if (!result) return texts;
    for (const DnsAnswer::Endpoint& each : result->endpoints) {
      texts.push_back(each.address.ToString() + " p" + std::to_string(each.priority) + " w" +
                      std::to_string(each.weight));
    }
    return texts;
  }

  DnsServer server_{loop_};
};

TEST_F(DnsLookupTest, FindsEveryAddressOfBothFamilies) {
  server_.SetAddresses("users.test", {"10.0.0.1", "10.0.0.2", "2001:db8::1"}, 30);
  const auto answer = AskForAddresses("users.test.");
  EXPECT_THAT(Endpoints(answer),
              UnorderedElementsAre("10.0.0.1:50051 p0 w0", "10.0.0.2:50051 p0 w0",
                                   "[2001:db8::1]:50051 p0 w0"));
  EXPECT_EQ(answer->ttl, 30s);
}

TEST_F(DnsLookupTest, FindsTheAddressesOfEachServicesTarget) {
  server_.SetServices("_grpc._tcp.users.test",
                      {{"a.test", 1001, 0, 10}, {"b.test", 1002, 5, 20}, {"b.test", 1003, 5, 0}},
                      60);
  server_.SetAddresses("a.test", {"10.0.0.1"}, 7);
  server_.SetAddresses("b.test", {"10.0.0.2", "2001:db8::2"}, 90);
  const auto answer = AskForServices("_grpc._tcp.users.test.");
  EXPECT_THAT(Endpoints(answer),
              UnorderedElementsAre("10.0.0.1:1001 p0 w10", "10.0.0.2:1002 p5 w20",
                                   "[2001:db8::2]:1002 p5 w20", "10.0.0.2:1003 p5 w0",
                                   "[2001:db8::2]:1003 p5 w0"));
  EXPECT_EQ(answer->ttl, 7s) << "the least of all";
}

TEST_F(DnsLookupTest, ATargetWithoutAddressesIsLeftOut) {
  server_.SetServices("_grpc._tcp.users.test", {{"a.test", 1001, 0, 1}, {"gone.test", 1002, 0, 1}},
                      60);
  server_.SetAddresses("a.test", {"10.0.0.1"}, 60);
  EXPECT_THAT(Endpoints(AskForServices("_grpc._tcp.users.test.")),
              UnorderedElementsAre("10.0.0.1:1001 p0 w1"));
}

TEST_F(DnsLookupTest, AServiceThatIsDecidedlyNotThereHasNoRecords) {
  server_.SetServices("_grpc._tcp.users.test", {{"", 0, 0, 0}}, 60);
  const auto answer = AskForServices("_grpc._tcp.users.test.");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, DnsFailure::Kind::kNoRecords);
}

TEST_F(DnsLookupTest, SaysThatThereIsNoSuchName) {
  const auto answer = AskForAddresses("nobody.test.");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, DnsFailure::Kind::kNoSuchName);
  EXPECT_THAT(answer.error().reason, HasSubstr("nobody.test."));
}

TEST_F(DnsLookupTest, HalfAnAnswerIsAFailure) {
  server_.SetAddresses("users.test", {"10.0.0.1"}, 30);
  server_.Fail("users.test", ns_r_servfail, ns_t_aaaa);
  const auto answer = AskForAddresses("users.test.");
  ASSERT_FALSE(answer) << "nobody knows whether there are IPv6 addresses";
  EXPECT_EQ(answer.error().kind, DnsFailure::Kind::kRefused);
}

TEST_F(DnsLookupTest, AServerThatSaysNothingIsATimeout) {
  server_.Ignore("users.test");
  const auto answer = AskForAddresses("users.test.", 20ms);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, DnsFailure::Kind::kTimeout);
}

TEST_F(DnsLookupTest, DestroyedInBetweenItAnswersNobody) {
  server_.Ignore("users.test");
  DnsLookup(loop_, {.resolvers = {server_.address()}, .timeout = 10s},
            {DnsQuestion::Records::kAddresses, "users.test.", 1},
            [](Result) { FAIL() << "it was taken back"; });
  RunUntil([&] { return server_.questions() >= 2; });
}

}  // namespace
}  // namespace evenkeel::net
