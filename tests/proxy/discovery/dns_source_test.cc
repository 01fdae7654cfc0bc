#include "proxy/discovery/dns_source.h"

#include "tests/lib/net/dns_server.h"
#include "tests/proxy/discovery/source_test.h"

namespace evenkeel::discovery {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class DnsSourceTest : public SourceTest {
 protected:
  void Ask(const std::string& name, config::DnsName::Records records) {
    config::Dns dns;
    dns.resolvers = {*base::Address::Parse(server_.address().ToString())};
    dns.min_ttl = 100ms;
    dns.max_retry = 100ms;
    Start(config::DnsName{records, name, 50051}, dns);
  }
  void AskForAddresses() { Ask("users.test.", config::DnsName::Records::kAddresses); }
  void AwaitQuestions(int more) {
    const int before = server_.questions();
    RunUntil([&] { return server_.questions() >= before + more; });
  }

  net::DnsServer server_{loop_};
};

TEST_F(DnsSourceTest, EveryAddressIsAnEndpoint) {
  server_.SetAddresses("users.test", {"10.0.0.2", "10.0.0.1", "2001:db8::1"}, 30);
  AskForAddresses();
  EXPECT_THAT(List(1), ElementsAre("10.0.0.1:50051", "10.0.0.2:50051", "[2001:db8::1]:50051"));
  EXPECT_EQ(source_->waiting_for(), std::nullopt);
}

TEST_F(DnsSourceTest, TheFirstAnswerIsNotWaitedFor) {
  server_.Ignore("users.test");
  AskForAddresses();
  EXPECT_THAT(found_, IsEmpty());
  EXPECT_THAT(source_->waiting_for().value_or(""),
              HasSubstr("dns:///users.test.:50051 has not answered yet"));
}

TEST_F(DnsSourceTest, FollowsChangesWhenTheTimeToLiveIsOver) {
  server_.SetAddresses("users.test", {"10.0.0.1"}, 0);
  AskForAddresses();
  List(1);
  server_.SetAddresses("users.test", {"10.0.0.1", "10.0.0.2"}, 0);
  EXPECT_THAT(List(2), ElementsAre("10.0.0.1:50051", "10.0.0.2:50051"));
  server_.SetAddresses("users.test", {"10.0.0.2"}, 0);
  EXPECT_THAT(List(3), ElementsAre("10.0.0.2:50051"));
}

TEST_F(DnsSourceTest, TheSameAddressesInAnotherOrderAreNoNews) {
  server_.SetAddresses("users.test", {"10.0.0.1", "10.0.0.2"}, 0);
  AskForAddresses();
  List(1);
  server_.SetAddresses("users.test", {"10.0.0.2", "10.0.0.1"}, 0);
  AwaitQuestions(4);
  EXPECT_THAT(found_, SizeIs(1));
}

TEST_F(DnsSourceTest, AFailureKeepsTheLastGoodAnswerAndIsToldOnce) {
  server_.SetAddresses("users.test", {"10.0.0.1"}, 0);
  AskForAddresses();
  List(1);
  server_.Fail("users.test", ns_r_servfail);
  RunUntil([&] { return HasMetric("resolutions_total{cluster=\"users\",result=\"refused\"} 3"); });
  EXPECT_THAT(found_, SizeIs(1));
  const std::string log = Log();
  EXPECT_NE(log.find("those known stay"), std::string::npos);
  EXPECT_EQ(log.find("those known stay"), log.rfind("those known stay")) << log;
  server_.SetAddresses("users.test", {"10.0.0.9"}, 0);
  EXPECT_THAT(List(2), ElementsAre("10.0.0.9:50051"));
}

TEST_F(DnsSourceTest, AFamilyWithoutAnAnswerKeepsItsAddresses) {
  server_.SetAddresses("users.test", {"10.0.0.1", "2001:db8::1"}, 0);
  AskForAddresses();
  List(1);
  server_.SetAddresses("users.test", {"10.0.0.2"}, 0);
  server_.Fail("users.test", ns_r_servfail, ns_t_aaaa);
  EXPECT_THAT(List(2), ElementsAre("10.0.0.2:50051", "[2001:db8::1]:50051"));
  EXPECT_THAT(Log(), HasSubstr("AAAA of users.test."));
  server_.SetAddresses("users.test", {"10.0.0.2"}, 0);
  EXPECT_THAT(List(3), ElementsAre("10.0.0.2:50051"));
}

TEST_F(DnsSourceTest, HalfAnAnswerServesWhileNothingBetterIsKnown) {
  server_.SetAddresses("users.test", {"10.0.0.1"}, 0);
  server_.Fail("users.test", ns_r_servfail, ns_t_aaaa);
  AskForAddresses();
  EXPECT_THAT(List(1), ElementsAre("10.0.0.1:50051"));
  EXPECT_THAT(source_->trouble(), HasSubstr("AAAA"));
  server_.SetAddresses("users.test", {"10.0.0.2"}, 0);
  server_.Fail("users.test", ns_r_servfail, ns_t_aaaa);
  EXPECT_THAT(List(2), ElementsAre("10.0.0.2:50051")) << "and is followed";
}

TEST_F(DnsSourceTest, WhereItIsUnknownWhatIsMissingTheWholeAnswerStays) {
  server_.SetServices("_grpc._tcp.users.test", {{"a.test", 1, 0, 1}, {"b.test", 1, 0, 1}}, 0);
  server_.SetAddresses("a.test", {"10.0.0.1"}, 0);
  server_.SetAddresses("b.test", {"10.0.0.2"}, 0);
  Ask("_grpc._tcp.users.test.", config::DnsName::Records::kServices);
  EXPECT_THAT(List(1), ElementsAre("10.0.0.1:1", "10.0.0.2:1"));
  server_.Fail("b.test", ns_r_servfail);
  RunUntil([&] { return HasMetric("result=\"refused\""); });
  EXPECT_THAT(found_, SizeIs(1));
}

TEST_F(DnsSourceTest, NoRecordsAreAFailureToo) {
  server_.SetAddresses("users.test", {"10.0.0.1"}, 0);
  AskForAddresses();
  List(1);
  server_.SetAddresses("users.test", {}, 0);
  RunUntil([&] { return HasMetric("result=\"no records\""); });
  EXPECT_THAT(found_, SizeIs(1));
}

TEST_F(DnsSourceTest, ServicesHavePortWeightAndPriorityByRank) {
  server_.SetServices("_grpc._tcp.users.test",
                      {{"a.test", 1001, 10, 5}, {"b.test", 1002, 700, 0}, {"c.test", 1003, 10, 0}},
                      30);
  server_.SetAddresses("a.test", {"10.0.0.1"}, 30);
  server_.SetAddresses("b.test", {"10.0.0.2"}, 30);
  server_.SetAddresses("c.test", {"10.0.0.3"}, 30);
  Ask("_grpc._tcp.users.test.", config::DnsName::Records::kServices);
  EXPECT_THAT(List(1),
              ElementsAre("10.0.0.1:1001 weight 5", "10.0.0.2:1002 priority 1", "10.0.0.3:1003"));
}

TEST_F(DnsSourceTest, AnAddressThatIsNamedTwiceIsOneEndpoint) {
  server_.SetServices("_grpc._tcp.users.test", {{"a.test", 1, 9, 5}, {"b.test", 1, 3, 7}}, 30);
  server_.SetAddresses("a.test", {"10.0.0.1"}, 30);
  server_.SetAddresses("b.test", {"10.0.0.1"}, 30);
  Ask("_grpc._tcp.users.test.", config::DnsName::Records::kServices);
  EXPECT_THAT(List(1), ElementsAre("10.0.0.1:1 weight 7"));
}

TEST_F(DnsSourceTest, CountsResultsAndEndpoints) {
  server_.SetAddresses("users.test", {"10.0.0.1", "10.0.0.2"}, 30);
  AskForAddresses();
  List(1);
  EXPECT_TRUE(HasMetric("evenkeel_discovery_resolutions_total{cluster=\"users\",result=\"ok\"} 1"));
  EXPECT_TRUE(HasMetric("evenkeel_discovery_endpoints{cluster=\"users\"} 2"));
}

}  // namespace
}  // namespace evenkeel::discovery
